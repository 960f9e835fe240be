import { Injectable, Logger } from '@nestjs/common';
import { SuiteEvents, type SuiteEventMap } from '../common/events.js';
import './admin.events.js';

/** Keeps the record of what was changed by the admin routes: an event and a line in the log. @internal */
@Injectable()
export class AdminAudit {
  readonly #logger = new Logger('RedisAdminModule');

  constructor(private readonly events: SuiteEvents) {}

  /** Runs a change and records it, whether it succeeds or fails. @returns how much was changed. */
  async record(
    change: Omit<SuiteEventMap['admin:change'], 'count'>,
    run: () => Promise<number>,
  ): Promise<number> {
    try {
      const count = await run();
      this.#tell({ ...change, count });
      return count;
    } catch (error) {
      this.#tell({ ...change, count: null });
      throw error;
    }
  }

  /** Texts that came with the request are quoted, so that they cannot forge a line. */
  #tell(change: SuiteEventMap['admin:change']): void {
    const { action, target, actor, count } = change;
    const by = actor === null ? 'somebody unnamed' : JSON.stringify(actor);
    this.#logger.log(
      `${action} of ${JSON.stringify(target)} by ${by}: ${count === null ? 'failed' : `${count} removed`}`,
    );
    this.events.emit('admin:change', change);
  }
}
