import { ConflictException, Injectable } from '@nestjs/common';
import { WithLock } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { found } from '../http/found.js';
import type { Page, PageQuery } from '../http/page.js';
import { CreatorService } from '../people/creator.service.js';
import { keys } from '../redis/keys.js';
import { type Payout, PayoutRepository } from './payout.repository.js';

@Injectable()
export class PayoutService {
  constructor(
    private readonly payouts: PayoutRepository,
    private readonly creators: CreatorService,
  ) {}

  async list(query: PageQuery, user: AuthUser): Promise<Page<Payout>> {
    return this.payouts.listOf(await this.creators.requireIdOf(user), query);
  }

  /** @throws {ConflictException} when it was paid before. */
  @WithLock(keys.lock.payout, { ttl: keys.lock.payout.ttl, onBusy: 'throw' })
  async pay(id: number): Promise<Payout> {
    await this.read(id);
    if (!(await this.payouts.markPaid(id))) throw new ConflictException(`Payout ${id} was paid before.`);
    return this.read(id);
  }

  private async read(id: number): Promise<Payout> {
    return found(await this.payouts.find(id), `payout ${id}`);
  }
}
