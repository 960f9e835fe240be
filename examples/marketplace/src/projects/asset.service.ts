import { Injectable } from '@nestjs/common';
import { CacheService, InvalidateCache, type LoadContext } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { found } from '../http/found.js';
import { keys } from '../redis/keys.js';
import { tags } from '../redis/tags.js';
import type { UpdateAssetDto, UploadedAsset } from './asset.dto.js';
import { type Asset, type AssetFile, AssetRepository } from './asset.repository.js';
import { ProjectService } from './project.service.js';

/** Is what a creator uploads, and into which project. */
export interface Upload {
  readonly projectId: number;
  readonly title: string;
  readonly file: UploadedAsset;
}

@Injectable()
export class AssetService {
  constructor(
    private readonly assets: AssetRepository,
    private readonly projects: ProjectService,
    private readonly cache: CacheService,
  ) {}

  /** Is cached by hand: only the asset tells whose it is, and so which tag it has. */
  find(id: number): Promise<Asset> {
    const load = async ({ setTags }: LoadContext) => {
      const asset = await this.read(id);
      setTags(tags.assetsOf(asset.creatorId));
      return asset;
    };
    return this.cache.getOrSet(keys.cache.asset(id), load, { ttl: keys.cache.asset.ttl });
  }

  async readFile(id: number): Promise<AssetFile> {
    return found(await this.assets.findFile(id), `asset ${id}`);
  }

  @InvalidateCache({
    keys: ['project:{result.projectId}', 'creator:{result.creatorId}'],
    tags: [tags.projects, tags.creators],
  })
  async upload({ projectId, title, file }: Upload, user: AuthUser): Promise<Asset> {
    await this.projects.requireOwner(projectId, user);
    return this.read(await this.assets.insert(projectId, title, file));
  }

  @InvalidateCache({ keys: ['asset:{id}', 'project:{result.projectId}'] })
  async update(id: number, { title }: UpdateAssetDto, user: AuthUser): Promise<Asset> {
    const { projectId } = await this.read(id);
    await this.projects.requireOwner(projectId, user);
    await this.assets.rename(id, title);
    return this.read(id);
  }

  private async read(id: number): Promise<Asset> {
    return found(await this.assets.find(id), `asset ${id}`);
  }
}
