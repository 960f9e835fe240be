import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { PeopleModule } from '../people/people.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { LicenseController } from './license.controller.js';
import { LicenseRepository } from './license.repository.js';
import { LicenseService } from './license.service.js';

@Module({
  imports: [AuthModule, PeopleModule, ProjectsModule],
  controllers: [LicenseController],
  providers: [LicenseService, LicenseRepository],
})
export class LicensingModule {}
