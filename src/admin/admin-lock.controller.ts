import { Get, Injectable } from '@nestjs/common';
import type { LockInfo } from '../lock/lock-info.js';
import { LockService } from '../lock/lock.service.js';
import { AdminRoute } from './admin-route.decorator.js';

const LONGEST_LIST = 1_000;

/** Is a lock as the admin routes show it: JSON knows no bigint. @internal */
export interface ShownLock extends Omit<LockInfo, 'fence'> {
  readonly fence: string;
}

/** Is the answer of `GET locks`. @internal */
export interface LockList {
  readonly locks: readonly ShownLock[];
  /** Is true when there are more than the thousand shown. */
  readonly truncated: boolean;
}

/** Shows the locks that are held. @internal */
@Injectable()
export class AdminLockController {
  constructor(private readonly lockService: LockService) {}

  /** Answers the locks that are held now, in all processes. */
  @Get('locks')
  @AdminRoute('locks:read')
  async list(): Promise<LockList> {
    const locks: ShownLock[] = [];
    for await (const lock of this.lockService.list()) {
      if (locks.length === LONGEST_LIST) return { locks, truncated: true };
      locks.push({ ...lock, fence: String(lock.fence) });
    }
    return { locks, truncated: false };
  }
}
