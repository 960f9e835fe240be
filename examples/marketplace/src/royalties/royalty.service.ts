import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConflictException, Injectable } from '@nestjs/common';
import { currentLock, WithLock } from 'nestjs-redis-suite';
import { ConfigurationService } from '../configuration/configuration.service.js';
import { found } from '../http/found.js';
import { keys } from '../redis/keys.js';
import { RoyaltyRepository, type RoyaltyRun } from './royalty.repository.js';

const BATCH = 4;

@Injectable()
export class RoyaltyService {
  constructor(
    private readonly royalties: RoyaltyRepository,
    private readonly configuration: ConfigurationService,
  ) {}

  list(): Promise<RoyaltyRun[]> {
    return this.royalties.list();
  }

  async find(id: number): Promise<RoyaltyRun> {
    return found(await this.royalties.find(id), `royalty run ${id}`);
  }

  /**
   * Reckons the royalties of a month, batch by batch, and writes the payouts. Two runs never overlap: a second one is
   * refused, and one that has lost its lock stops before the next batch.
   *
   * @throws {ConflictException} when the month is not over or was reckoned before.
   * @throws {LockBusyError} while another run is under way.
   */
  @WithLock(() => keys.lock.royalties(), { ttl: keys.lock.royalties.ttl, onBusy: 'throw' })
  async run(period: string): Promise<RoyaltyRun> {
    if (period >= new Date().toISOString().slice(0, 7)) throw new ConflictException(`${period} is not over.`);
    if (await this.royalties.isFinished(period))
      throw new ConflictException(`${period} was reckoned before.`);
    const commissionBps = await this.configuration.number('royalties.commission-bps');
    const runId = await this.royalties.open(period);
    const creatorIds = await this.royalties.creatorIds();
    for (let start = 0; start < creatorIds.length; start += BATCH) {
      // Postgres reckons on this very thread: without a break nobody else would be served before the end of the run.
      await nextTurn();
      currentLock().assertHeld();
      await this.royalties.reckon({
        runId,
        creatorIds: creatorIds.slice(start, start + BATCH),
        commissionBps,
      });
    }
    await this.royalties.finish(runId);
    return this.find(runId);
  }
}
