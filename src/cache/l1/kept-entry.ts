import type { ValueForm } from '../codec/value-form.js';
import type { StoredValue } from '../entry/entry-content.js';
import type { CacheFormOptions } from '../entry/entry-options.js';
import type { Copy } from './copy-plan.js';
import type { TagState } from './tag-states.js';

const DEFAULT_FORM = {
  codec: undefined,
  as: undefined,
  schema: undefined,
  version: undefined,
  encrypt: true,
};

type ReadForm = Omit<ValueForm, 'compress'>;

/** Is a value that this process keeps, in memory that nobody else has. @internal */
export interface KeptEntry {
  /** Is what Redis holds. */
  readonly stored: StoredValue;
  /** Is the form in which the value was read; another one may make something else of what is stored. */
  readonly form: ReadForm;
  readonly value: unknown;
  /** Gives a caller a copy of his own; null when only reading it anew does. */
  readonly copy: Copy | null;
  readonly tags: readonly TagState[];
  /** Is when it began to be read from Redis, on the steady clock; so are the others. */
  readonly keptAtMs: number;
  /** Is when it may no longer be served without asking: it expires, grows old, or is due for a refresh. */
  readonly freshUntilMs: number;
  /** Is when it expires in Redis. */
  readonly expiresAtMs: number;
  /** Is told when it makes room for others. */
  readonly owner: { evicted(): void };
}

/** Tells whether no tag of an entry is known to have changed. @internal */
export function hasCurrentTags({ tags }: KeptEntry): boolean {
  for (let index = 0; index < tags.length; index++) if (tags[index]?.isCurrent !== true) return false;
  return true;
}

/** Tells whether a call that gave these options, or none, asks for a value in this form, of whatever age. @internal */
export function isAskedFor(form: ReadForm, options: CacheFormOptions | undefined): boolean {
  if (options === undefined) return isSameForm(form, DEFAULT_FORM);
  const { codec, as, schema, version, encrypt = true, l1 = true } = options;
  return (
    form.codec === codec &&
    form.as === as &&
    form.schema === schema &&
    form.version === (version === undefined ? undefined : String(version)) &&
    form.encrypt === encrypt &&
    l1 === true
  );
}

/** Tells whether reading in two forms gives the same value. @internal */
export function isSameForm(one: ReadForm, other: ReadForm): boolean {
  return (
    one.codec === other.codec &&
    one.as === other.as &&
    one.schema === other.schema &&
    one.version === other.version &&
    one.encrypt === other.encrypt
  );
}
