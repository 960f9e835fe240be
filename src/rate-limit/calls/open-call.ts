import type { ExecutionContext } from '@nestjs/common';
import type { RateLimitOutcome } from '../policies/rate-limit-use.options.js';
import { responseOf, type RateLimitResponse } from '../subjects/request-of.js';

/** Is the end of a call: it is known how, or its client went away unanswered, or a limit refused it. @internal */
export interface CallEnd {
  readonly how: 'ended' | 'unknown' | 'refused';
  readonly outcome: RateLimitOutcome;
}

/** Is called when a call has ended; never rejects. @internal */
export type AtEnd = (end: CallEnd) => Promise<void>;

/** Is how a handler or method ended. @internal */
export interface HandlerEnd {
  readonly result?: unknown;
  readonly error?: unknown;
}

type RawResponse = NonNullable<RateLimitResponse['raw']>;

/**
 * Is a call of a handler or method that rate limits have something to do for before or after it.
 *
 * Over HTTP it ends when its answer has been sent, or cannot be any more, and its handler is done; elsewhere with its
 * handler.
 *
 * @internal
 */
export class OpenCall {
  readonly #beforeHandler: (() => Promise<void>)[] = [];
  readonly #afterHandler: AtEnd[] = [];
  readonly #atEnd: AtEnd[] = [];
  readonly #response: RawResponse | undefined;
  readonly #sentBefore: number;
  #handler: 'not called' | 'running' | HandlerEnd = 'not called';
  #isClosed: boolean;
  #isRefused = false;
  #bytes = 0;

  constructor(response?: RawResponse) {
    this.#response = response;
    this.#sentBefore = response?.socket?.bytesWritten ?? 0;
    this.#isClosed = response?.destroyed === true;
    const { socket } = response ?? {};
    response?.once('close', () => this.#onClose(socket?.bytesWritten ?? 0));
  }

  /**
   * Has something done before the handler, which may refuse the call by throwing: over HTTP at once, for there the end of
   * the answer is sure to come; elsewhere after all guards, since nobody tells of a call that one of them refuses.
   */
  async before(act: () => Promise<void>): Promise<void> {
    if (this.#response === undefined) this.#beforeHandler.push(act);
    else await act();
  }

  /** Has something done as soon as the handler is done, or, if that does not run, when the call has ended. */
  async afterHandler(act: AtEnd): Promise<void> {
    this.#afterHandler.push(act);
    if (this.#isOver) await this.#end();
  }

  /** Has something done when the call has ended. */
  async atEnd(act: AtEnd): Promise<void> {
    this.#atEnd.push(act);
    if (this.#isOver) await this.#end();
  }

  /** Does what is to be done before the handler. @throws what refuses the call. */
  async begin(): Promise<void> {
    this.#handler = 'running';
    try {
      for (let act = this.#beforeHandler.shift(); act !== undefined; act = this.#beforeHandler.shift())
        await act();
    } catch (refusal) {
      await this.refused();
      throw refusal;
    }
  }

  /** Notes that a limit refuses the call, so that its handler will not run. */
  async refused(): Promise<void> {
    this.#isRefused = true;
    this.#handler = 'not called';
    if (this.#response === undefined || this.#isClosed) await this.#end();
  }

  /** Notes that the handler is done. */
  async handlerEnded(end: HandlerEnd): Promise<void> {
    this.#handler = end;
    await this.#run(this.#afterHandler);
    if (this.#response === undefined || this.#isClosed) await this.#end();
  }

  #onClose(bytesWritten: number): void {
    this.#isClosed = true;
    this.#bytes = bytesWritten - this.#sentBefore;
    if (this.#isOver) void this.#end();
  }

  /** A client may go away while its call is being counted. */
  get #isOver(): boolean {
    return this.#isClosed && this.#handler !== 'running';
  }

  async #end(): Promise<void> {
    await this.#run(this.#afterHandler);
    await this.#run(this.#atEnd);
  }

  /** Does each once. */
  async #run(acts: AtEnd[]): Promise<void> {
    const end = this.#howItEnded();
    await Promise.all(acts.splice(0).map((act) => act(end)));
  }

  /** What a client gives up before it is answered has failed only if the handler has; nobody knows if it never ran. */
  #howItEnded(): CallEnd {
    const end = typeof this.#handler === 'object' ? this.#handler : null;
    const isAnswered = this.#response?.writableFinished === true;
    const status = isAnswered || (end !== null && !this.#isClosed) ? this.#response?.statusCode : undefined;
    const failed = (end !== null && 'error' in end) || (status ?? 0) >= 400;
    const bytes = this.#response === undefined ? undefined : this.#bytes;
    const isKnown = end !== null || isAnswered;
    return {
      how: this.#isRefused ? 'refused' : isKnown ? 'ended' : 'unknown',
      outcome: { failed, ...end, status, bytes },
    };
  }
}

const calls = new WeakMap<object, OpenCall>();

/** Returns what is open of a call; undefined when nothing is. @internal */
export function openCallOf(context: ExecutionContext): OpenCall | undefined {
  return calls.get(identityOf(context));
}

/** Returns what is open of a call, which begins with this if nothing is yet. @internal */
export function openCall(context: ExecutionContext): OpenCall {
  const identity = identityOf(context);
  const known = calls.get(identity);
  if (known !== undefined) return known;
  const response = context.getType() === 'http' ? responseOf(context) : undefined;
  const call = new OpenCall(response?.raw ?? (response as RawResponse | undefined));
  calls.set(identity, call);
  return call;
}

/** Guards and interceptors of a call get contexts of their own, around the same arguments. */
function identityOf(context: ExecutionContext): object {
  return context.getType() === 'http' ? context.getArgByIndex<object>(0) : context.getArgs();
}
