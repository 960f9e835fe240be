/** Is what became of a vote. @internal */
export interface Vote<T> {
  /** Are the answers for it, with the place of who gave each. */
  readonly ayes: readonly { readonly index: number; readonly answer: T }[];
  /** Counts the answers against it. */
  readonly noes: number;
  /** Are the errors of those who did not answer. */
  readonly errors: readonly unknown[];
}

/**
 * Waits until enough answers are for something, or so many are against it that there cannot be enough: what comes later
 * is left alone, and a voter that is frozen holds nobody up. Errors decide only when everybody has answered, since a
 * refusal by the others says more.
 *
 * @internal
 */
export function vote<T>(
  answers: readonly Promise<T>[],
  quorum: number,
  isAye: (answer: T) => boolean,
): Promise<Vote<T>> {
  const ayes: { index: number; answer: T }[] = [];
  const errors: unknown[] = [];
  let noes = 0;
  return new Promise((resolve) => {
    const count = () => {
      const isWon = ayes.length >= quorum;
      const isRefused = answers.length - noes < quorum;
      const isOver = ayes.length + noes + errors.length === answers.length;
      if (isWon || isRefused || isOver) resolve({ ayes: [...ayes], noes, errors: [...errors] });
    };
    answers.forEach((voter, index) => {
      voter
        .then(
          (answer) => (isAye(answer) ? ayes.push({ index, answer }) : noes++),
          (error: unknown) => errors.push(error),
        )
        .finally(count);
    });
    count();
  });
}
