import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Page, PageQuery } from '../http/page.js';
import type { CreateCreatorDto, UpdateCreatorDto } from './creator.dto.js';

/** Is a creator with a summary of the assets that are on offer. */
export interface Creator {
  readonly id: number;
  readonly userId: number;
  readonly handle: string;
  readonly displayName: string;
  readonly specialty: string;
  readonly bio: string;
  readonly assets: { readonly count: number; readonly bytes: number; readonly latest: Date | null };
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface CreatorRow extends Omit<Creator, 'assets'> {
  readonly count: number;
  readonly bytes: number;
  readonly latest: Date | null;
}

const SELECT = `
  select c.id, c.user_id as "userId", c.handle, c.display_name as "displayName", c.specialty, c.bio,
         count(a.id)::int as count, coalesce(sum(a.size_bytes), 0)::bigint as bytes, max(a.created_at) as latest,
         c.created_at as "createdAt", c.updated_at as "updatedAt"
  from creators c
  left join projects p on p.creator_id = c.id
  left join assets a on a.project_id = p.id`;

@Injectable()
export class CreatorRepository {
  constructor(private readonly database: Database) {}

  async find(id: number): Promise<Creator | undefined> {
    const row = await this.database.row<CreatorRow>(`${SELECT} where c.id = $1 group by c.id`, [id]);
    return row && toCreator(row);
  }

  async list(query: PageQuery): Promise<Page<Creator>> {
    const page = await this.database.page<CreatorRow>(
      `${SELECT} group by c.id order by c.display_name, c.id`,
      [],
      query,
    );
    return { ...page, items: page.items.map(toCreator) };
  }

  async findIdOfUser(userId: number): Promise<number | undefined> {
    const row = await this.database.row<{ id: number }>(`select id from creators where user_id = $1`, [
      userId,
    ]);
    return row?.id;
  }

  async findOwner(id: number): Promise<number | undefined> {
    const row = await this.database.row<{ id: number }>(`select user_id as id from creators where id = $1`, [
      id,
    ]);
    return row?.id;
  }

  /** @returns undefined when the user is a creator already or the handle is taken. */
  async insert(userId: number, dto: CreateCreatorDto): Promise<number | undefined> {
    const row = await this.database.row<{ id: number }>(
      `insert into creators (user_id, handle, display_name, specialty, bio)
       values ($1, $2, $3, $4, $5)
       on conflict do nothing
       returning id`,
      [userId, dto.handle, dto.displayName, dto.specialty, dto.bio],
    );
    return row?.id;
  }

  async update(id: number, dto: UpdateCreatorDto): Promise<void> {
    await this.database.rows(
      `update creators
       set display_name = coalesce($2, display_name), specialty = coalesce($3, specialty), bio = coalesce($4, bio),
           updated_at = now()
       where id = $1`,
      [id, dto.displayName, dto.specialty, dto.bio],
    );
  }
}

function toCreator({ count, bytes, latest, ...row }: CreatorRow): Creator {
  return { ...row, assets: { count, bytes, latest } };
}
