import type { Codec } from './codec.js';
import type { RevivedAs } from './revive.js';
import type { ValueSchema } from './value-schema.js';

/** Says in what form a value is stored and what it must be to be used. @internal */
export interface ValueForm {
  readonly codec: Codec | undefined;
  readonly as: RevivedAs | undefined;
  /** Is the release of the value's shape; undefined for none. */
  readonly version: string | undefined;
  readonly schema: ValueSchema | undefined;
  /** Says whether the value may be compressed, and is encrypted, where the module is configured to. */
  readonly compress: boolean;
  readonly encrypt: boolean;
}

/** Returns the form in which a failure is stored for an entry whose values have `form`. @internal */
export function formOfFailure({ compress, encrypt }: ValueForm): ValueForm {
  return { codec: undefined, as: undefined, version: undefined, schema: undefined, compress, encrypt };
}
