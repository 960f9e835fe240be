import { Injectable } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { requireOwner } from '../auth/require-owner.js';
import { found } from '../http/found.js';
import type { Page } from '../http/page.js';
import { BrandService } from '../people/brand.service.js';
import { CreatorService } from '../people/creator.service.js';
import { ALL } from '../redis/entities.js';
import { keys } from '../redis/keys.js';
import type { CreateProjectDto, ProjectQuery, UpdateProjectDto } from './project.dto.js';
import { type Project, ProjectRepository, type ProjectSummary } from './project.repository.js';

@Injectable()
export class ProjectService {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly creators: CreatorService,
    private readonly brands: BrandService,
  ) {}

  @Cached({ key: keys.cache.project, entity: ['project', '{id}'] })
  find(id: number): Promise<Project> {
    return this.read(id);
  }

  @Cached({ entity: ['projects', () => ALL] })
  list(query: ProjectQuery): Promise<Page<ProjectSummary>> {
    return this.projects.list(query);
  }

  @InvalidateCache({ entity: ['project', '{result.id}'], action: 'create' })
  async create(dto: CreateProjectDto, user: AuthUser): Promise<Project> {
    const creatorId = await this.creators.requireIdOf(user);
    await this.requireBrand(dto);
    return this.read(await this.projects.insert(creatorId, dto));
  }

  @InvalidateCache({ entity: ['project', '{id}'] })
  async update(id: number, dto: UpdateProjectDto, user: AuthUser): Promise<Project> {
    await this.requireOwner(id, user);
    await this.requireBrand(dto);
    await this.projects.update(id, dto);
    return this.read(id);
  }

  /** @throws {ForbiddenException} when the project belongs to someone else. */
  async requireOwner(id: number, user: AuthUser): Promise<void> {
    requireOwner(await this.projects.findOwner(id), user, `project ${id}`);
  }

  private async requireBrand({ brandId }: UpdateProjectDto): Promise<void> {
    if (brandId) await this.brands.find(brandId);
  }

  private async read(id: number): Promise<Project> {
    return found(await this.projects.find(id), `project ${id}`);
  }
}
