import { InvalidOptionsError, type OptionProblem } from './errors.js';

/**
 * Makes several things out of the options of one place, and goes on after a bad one, so that one error tells all.
 *
 * @returns what was made, in the order of the makers.
 * @throws {InvalidOptionsError} listing the problems of every maker that threw one; `where` heads the message.
 * @internal
 */
export function makeAll<Made extends readonly unknown[]>(
  where: string,
  makers: { readonly [Index in keyof Made]: () => Made[Index] },
): Made {
  const problems: OptionProblem[] = [];
  const made = makers.map((make) => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof InvalidOptionsError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new InvalidOptionsError(where, problems);
  return made as unknown as Made;
}
