import type { EntityAction } from '../entity/entity.options.js';
import type { TouchedEntity } from '../entity/cascade-walk.js';

/** Says what invalidating an instance of an entity touches. @publicApi */
export interface InvalidationReport {
  readonly entity: string;
  /** Is the id as text. */
  readonly id: string;
  readonly action: EntityAction;
  /** Lists every instance once: the one that was named first, then those its cascades reach. */
  readonly touched: readonly TouchedEntity[];
  /** Says what was done: nothing yet by a plan or within `deferInvalidations`. */
  readonly status: 'planned' | 'deferred' | 'sent';
}
