import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ConfigurationModule } from '../configuration/configuration.module.js';
import { PeopleModule } from '../people/people.module.js';
import { PayoutController } from './payout.controller.js';
import { PayoutRepository } from './payout.repository.js';
import { PayoutService } from './payout.service.js';
import { RoyaltyController } from './royalty.controller.js';
import { RoyaltyRepository } from './royalty.repository.js';
import { RoyaltyService } from './royalty.service.js';

@Module({
  imports: [AuthModule, ConfigurationModule, PeopleModule],
  controllers: [RoyaltyController, PayoutController],
  providers: [RoyaltyService, RoyaltyRepository, PayoutService, PayoutRepository],
})
export class RoyaltiesModule {}
