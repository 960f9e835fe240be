import { toError } from '../../common/errors.js';
import type { WarmProgress } from './warm-progress.js';

/** Is a method with `@CacheWarmer`, ready to be called. @internal */
export interface Warmer {
  readonly name: string;
  readonly call: () => unknown;
}

type Step = () => unknown;
type Outcome = Pick<WarmProgress, 'error'>;

/**
 * Runs one warmer: its steps, a few at a time, each failing by itself.
 *
 * @internal
 */
export class WarmRun {
  #done = 0;
  #failed = 0;
  readonly #running = new Set<Promise<void>>();
  readonly #ended: Outcome[] = [];

  constructor(
    private readonly warmer: Warmer,
    private readonly concurrency: number,
  ) {}

  /** Tells of each step's end, and of the warmer's. Who stops listening ends the run, after the steps under way. */
  async *progress(): AsyncGenerator<WarmProgress> {
    try {
      yield* this.#steps();
      while (this.#running.size > 0 || this.#ended.length > 0) {
        if (this.#ended.length === 0) await Promise.race(this.#running);
        yield* this.#news();
      }
    } finally {
      await Promise.all(this.#running);
    }
    yield this.#state(true);
  }

  async *#steps(): AsyncGenerator<WarmProgress> {
    try {
      for await (const step of stepsOf(this.warmer)) {
        this.#start(step);
        if (this.#running.size >= this.concurrency) await Promise.race(this.#running);
        yield* this.#news();
      }
    } catch (error) {
      yield this.#count({ error: toError(error) });
    }
  }

  #start(step: Step): void {
    const run = settle(step).then((outcome) => {
      this.#running.delete(run);
      this.#ended.push(outcome);
    });
    this.#running.add(run);
  }

  *#news(): Iterable<WarmProgress> {
    for (let outcome = this.#ended.shift(); outcome !== undefined; outcome = this.#ended.shift())
      yield this.#count(outcome);
  }

  #count(outcome: Outcome): WarmProgress {
    if (outcome.error === undefined) this.#done++;
    else this.#failed++;
    return { ...this.#state(false), ...outcome };
  }

  #state(finished: boolean): WarmProgress {
    return { warmer: this.warmer.name, done: this.#done, failed: this.#failed, finished };
  }
}

async function settle(step: Step): Promise<Outcome> {
  try {
    await step();
    return {};
  } catch (error) {
    return { error: toError(error) };
  }
}

/** Yields what there is to do. The call itself is the first step, unless it returns others. */
async function* stepsOf({ call }: Warmer): AsyncGenerator<Step> {
  const result = await call();
  if (!isAsyncIterable(result) && !isSteps(result)) {
    yield () => undefined;
    return;
  }
  for await (const step of result) yield typeof step === 'function' ? (step as Step) : () => undefined;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** A list of values is what a cached method returned, not things to do; a generator's are. */
function isSteps(value: unknown): value is Iterable<unknown> {
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) return false;
  return 'next' in value || (Array.isArray(value) && value.every((item) => typeof item === 'function'));
}
