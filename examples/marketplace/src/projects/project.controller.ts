import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { CreateProjectDto, ProjectQuery, UpdateProjectDto } from './project.dto.js';
import { ProjectService } from './project.service.js';

@ApiTags('projects')
@Controller('projects')
export class ProjectController {
  constructor(private readonly projects: ProjectService) {}

  @Get()
  @ApiOperation({ summary: 'List projects, of all creators or of one' })
  list(@Query() query: ProjectQuery) {
    return this.projects.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a project and its assets' })
  find(@Param('id', IdPipe) id: number) {
    return this.projects.find(id);
  }

  @Post()
  @LoggedIn()
  @ApiOperation({ summary: 'Start a project' })
  create(@Body() dto: CreateProjectDto, @CurrentUser() user: AuthUser) {
    return this.projects.create(dto, user);
  }

  @Patch(':id')
  @LoggedIn()
  @ApiOperation({ summary: 'Change one’s project' })
  update(@Param('id', IdPipe) id: number, @Body() dto: UpdateProjectDto, @CurrentUser() user: AuthUser) {
    return this.projects.update(id, dto, user);
  }
}
