import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Page } from '../http/page.js';
import type { CreateProjectDto, ProjectQuery, UpdateProjectDto } from './project.dto.js';

/** Is a project as it stands in a list. */
export interface ProjectSummary {
  readonly id: number;
  readonly creatorId: number;
  readonly brandId: number | null;
  readonly title: string;
  readonly brief: string;
  readonly status: string;
  readonly assetCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Is a project with the assets in it. */
export interface Project extends ProjectSummary {
  readonly assets: readonly {
    readonly id: number;
    readonly title: string;
    readonly mimeType: string;
    readonly sizeBytes: number;
  }[];
}

const SELECT = `
  select p.id, p.creator_id as "creatorId", p.brand_id as "brandId", p.title, p.brief, p.status,
         count(a.id)::int as "assetCount", p.created_at as "createdAt", p.updated_at as "updatedAt"
  from projects p
  left join assets a on a.project_id = p.id`;

@Injectable()
export class ProjectRepository {
  constructor(private readonly database: Database) {}

  async find(id: number): Promise<Project | undefined> {
    const [project, assets] = await Promise.all([
      this.database.row<ProjectSummary>(`${SELECT} where p.id = $1 group by p.id`, [id]),
      this.database.rows<Project['assets'][number]>(
        `select id, title, mime_type as "mimeType", size_bytes as "sizeBytes"
         from assets
         where project_id = $1
         order by id`,
        [id],
      ),
    ]);
    return project && { ...project, assets };
  }

  list(query: ProjectQuery): Promise<Page<ProjectSummary>> {
    return this.database.page<ProjectSummary>(
      `${SELECT} where $1::int is null or p.creator_id = $1 group by p.id order by p.created_at desc, p.id`,
      [query.creatorId],
      query,
    );
  }

  async findOwner(id: number): Promise<number | undefined> {
    const row = await this.database.row<{ id: number }>(
      `select c.user_id as id from projects p join creators c on c.id = p.creator_id where p.id = $1`,
      [id],
    );
    return row?.id;
  }

  async insert(creatorId: number, { title, brief, brandId }: CreateProjectDto): Promise<number> {
    const [row] = await this.database.rows<{ id: number }>(
      `insert into projects (creator_id, brand_id, title, brief) values ($1, $2, $3, $4) returning id`,
      [creatorId, brandId, title, brief],
    );
    return (row as { id: number }).id;
  }

  async update(id: number, { title, brief, brandId, status }: UpdateProjectDto): Promise<void> {
    await this.database.rows(
      `update projects
       set title = coalesce($2, title), brief = coalesce($3, brief), brand_id = coalesce($4, brand_id),
           status = coalesce($5, status), updated_at = now()
       where id = $1`,
      [id, title, brief, brandId, status],
    );
  }
}
