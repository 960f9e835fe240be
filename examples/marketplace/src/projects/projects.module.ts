import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { PeopleModule } from '../people/people.module.js';
import { AssetController } from './asset.controller.js';
import { AssetRepository } from './asset.repository.js';
import { AssetService } from './asset.service.js';
import { ProjectController } from './project.controller.js';
import { ProjectRepository } from './project.repository.js';
import { ProjectService } from './project.service.js';

@Module({
  imports: [AuthModule, PeopleModule],
  controllers: [ProjectController, AssetController],
  providers: [ProjectService, ProjectRepository, AssetService, AssetRepository],
  exports: [AssetService],
})
export class ProjectsModule {}
