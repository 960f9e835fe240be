import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BrandController } from './brand.controller.js';
import { BrandRepository } from './brand.repository.js';
import { BrandService } from './brand.service.js';
import { CreatorController } from './creator.controller.js';
import { CreatorRepository } from './creator.repository.js';
import { CreatorService } from './creator.service.js';
import { UserController } from './user.controller.js';
import { UserRepository } from './user.repository.js';
import { UserService } from './user.service.js';

@Module({
  imports: [AuthModule],
  controllers: [UserController, CreatorController, BrandController],
  providers: [UserService, UserRepository, CreatorService, CreatorRepository, BrandService, BrandRepository],
  exports: [BrandService, CreatorService],
})
export class PeopleModule {}
