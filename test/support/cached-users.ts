import { Injectable, StreamableFile } from '@nestjs/common';
import { of } from 'rxjs';
import { Cached } from '../../src/cache/decorators/cached.decorator.js';
import { InvalidateCache } from '../../src/cache/decorators/invalidate-cache.decorator.js';

@Injectable()
export class Users {
  runs = 0;

  @Cached('1h')
  async find(id: number | string | bigint, filter?: { active: boolean }): Promise<string> {
    await Promise.resolve(filter);
    return `${typeof id} ${id} ${++this.runs}`;
  }

  @Cached({ key: 'user:{id}', tags: ['users', 'user:{0}'], name: 'users' })
  async byId(id: number): Promise<{ id: number; run: number } | null> {
    await Promise.resolve();
    return id < 0 ? null : { id, run: ++this.runs };
  }

  @InvalidateCache({ keys: ['user:{result.id}'] })
  async update(id: number): Promise<{ id: number }> {
    await Promise.resolve();
    if (id === 0) throw new RangeError('no such user');
    return { id };
  }

  @InvalidateCache({ tags: ['user:{id}'], when: 'before' })
  async updateTagged(id: number): Promise<void> {
    await Promise.resolve(id);
    throw new Error('failed after the invalidation');
  }

  @InvalidateCache({ patterns: ['user:{id}*'], keys: ['user:{result.id}'] })
  async remove(id: number): Promise<null> {
    await Promise.resolve(id);
    return null;
  }

  @Cached({
    key: (id: number) => ['conditional', id],
    condition: (id: number) => id > 0,
    unless: (run: number) => run === 1,
  })
  async conditional(id: number): Promise<number> {
    await Promise.resolve(id);
    return ++this.runs;
  }

  @Cached()
  async failing(): Promise<never> {
    this.runs++;
    await Promise.resolve();
    throw new RangeError('database away');
  }

  @Cached()
  async streaming(kind: 'observable' | 'file' | 'stream' | 'iterator'): Promise<unknown> {
    await Promise.resolve();
    if (kind === 'observable') return of(1);
    if (kind === 'file') return new StreamableFile(Buffer.from('x'));
    return kind === 'stream' ? new Blob(['x']).stream() : (async function* () {})();
  }

  async indirect(id: number): Promise<string> {
    return this.find(id);
  }
}

@Injectable()
export class Admins extends Users {
  override async find(id: number): Promise<string> {
    return `admin ${await super.find(id)}`;
  }

  @Cached()
  override async byId(id: number): Promise<{ id: number; run: number } | null> {
    const user = await super.byId(id);
    return user === null ? null : { ...user, id: -id };
  }
}

@Injectable()
export class SameKeyAdmins extends Users {
  @Cached({ key: 'user:{id}' })
  override async byId(id: number): Promise<{ id: number; run: number } | null> {
    return super.byId(id);
  }
}
