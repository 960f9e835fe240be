import { ConflictException, Injectable } from '@nestjs/common';
import { ConfigurationService } from '../configuration/configuration.service.js';
import { found } from '../http/found.js';
import { RoyaltyRepository, type RoyaltyRun } from './royalty.repository.js';

const BATCH = 10;

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
   * Reckons the royalties of a month, batch by batch, and writes the payouts. A second run for the same month must
   * not start before the first has ended.
   *
   * @throws {ConflictException} when the month is not over or was reckoned before.
   */
  async run(period: string): Promise<RoyaltyRun> {
    if (period >= new Date().toISOString().slice(0, 7)) throw new ConflictException(`${period} is not over.`);
    if (await this.royalties.isFinished(period))
      throw new ConflictException(`${period} was reckoned before.`);
    const commissionBps = await this.configuration.number('royalties.commission-bps');
    const runId = await this.royalties.open(period);
    const creatorIds = await this.royalties.creatorIds();
    for (let start = 0; start < creatorIds.length; start += BATCH) {
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
