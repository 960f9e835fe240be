/**
 * Counts work under way, for those who wait for its end.
 *
 * @internal
 */
export class WorkCount {
  #count = 0;
  readonly #waiting: (() => void)[] = [];

  /** Counts one more. */
  begin(): void {
    this.#count++;
  }

  /** Counts one less. */
  end(): void {
    if (--this.#count > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Waits until nothing is under way. */
  async idle(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
