import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { UploadedAsset } from './asset.dto.js';

/** Describes an asset, whose it is and how often it is licensed. */
export interface Asset {
  readonly id: number;
  readonly projectId: number;
  readonly creatorId: number;
  readonly creatorName: string;
  readonly title: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly licenseCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Is the content of an asset, for download. */
export interface AssetFile {
  readonly title: string;
  readonly mimeType: string;
  readonly content: Uint8Array;
}

@Injectable()
export class AssetRepository {
  constructor(private readonly database: Database) {}

  find(id: number): Promise<Asset | undefined> {
    return this.database.row<Asset>(
      `select a.id, a.project_id as "projectId", c.id as "creatorId", c.display_name as "creatorName", a.title,
              a.mime_type as "mimeType", a.size_bytes as "sizeBytes", a.sha256, count(l.id)::int as "licenseCount",
              a.created_at as "createdAt", a.updated_at as "updatedAt"
       from assets a
       join projects p on p.id = a.project_id
       join creators c on c.id = p.creator_id
       left join licenses l on l.asset_id = a.id
       where a.id = $1
       group by a.id, c.id`,
      [id],
    );
  }

  findFile(id: number): Promise<AssetFile | undefined> {
    return this.database.row<AssetFile>(
      `select a.title, a.mime_type as "mimeType", f.content
       from assets a
       join asset_files f on f.asset_id = a.id
       where a.id = $1`,
      [id],
    );
  }

  async insert(projectId: number, title: string, { mimetype, size, buffer }: UploadedAsset): Promise<number> {
    const sha256 = createHash('sha256').update(buffer).digest('hex');
    const [row] = await this.database.rows<{ id: number }>(
      `with asset as (
         insert into assets (project_id, title, mime_type, size_bytes, sha256)
         values ($1, $2, $3, $4, $5)
         returning id
       )
       insert into asset_files (asset_id, content) select id, $6 from asset returning asset_id as id`,
      [projectId, title, mimetype, size, sha256, buffer],
    );
    return (row as { id: number }).id;
  }

  async rename(id: number, title: string): Promise<void> {
    await this.database.rows(`update assets set title = $2, updated_at = now() where id = $1`, [id, title]);
  }
}
