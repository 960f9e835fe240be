import { IsOneOf } from '../common/option-rules.js';
import { LockOptions } from './lock.options.js';

/** Says what a call does when its lock is held: wait for it, fail, or not run at all. @publicApi */
export type OnBusy = 'wait' | 'throw' | 'skip';

/** Adjusts `@WithLock`. @publicApi */
export class WithLockOptions extends LockOptions {
  /**
   * Says what a call does when somebody else holds the lock. `throw` fails with `LockBusyError`; `skip` resolves with
   * undefined without running the method. Both do so at once, or after `wait` if that is given.
   *
   * @default 'wait'
   */
  @IsOneOf('wait', 'throw', 'skip') onBusy?: OnBusy;
}
