import { compileCopy } from './copy-code.js';
import { planCopy, type Copy } from './copy-plan.js';

/** Is a copy that nobody else has, and the way to make more of it. @internal */
export interface OwnCopy {
  /** Is undefined when there is no way to copy it. */
  readonly value: unknown;
  readonly copy: Copy | null;
}

/** Copies a value that somebody else has too. @internal */
export function ownCopy(value: unknown): OwnCopy {
  const plan = planCopy(value);
  if (plan === null) return { value: undefined, copy: null };
  return { value: plan(value as never), copy: compileCopy(value) ?? plan };
}
