import { describeValue, DURATION_FORM, readDuration } from '../duration.js';
import type { OptionProblem } from '../errors.js';
import type { DefineKeysOptions, KeyDefinition, KeyDefinitions } from './key-definition.js';
import { KEY_FAMILIES } from './key-families.js';

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
const NAME_FORM = `a name begins with a letter and goes on with letters, digits, '-' and '_'`;
const OPTIONS = ['params', 'ttl', 'description'] as const satisfies readonly (keyof KeyDefinition)[];

/** Lists what is wrong with the definitions of keys. @internal */
export function findKeyProblems(definitions: KeyDefinitions, options: DefineKeysOptions): OptionProblem[] {
  return Object.entries(definitions).flatMap(([family, byName]): OptionProblem[] => {
    if (!Object.hasOwn(KEY_FAMILIES, family)) {
      return [
        {
          path: family,
          message: `is no key family; the families are ${Object.keys(KEY_FAMILIES).join(', ')}`,
        },
      ];
    }
    return Object.entries(byName).flatMap(([name, definition]) => {
      const path = `${family}.${name}`;
      const bad = NAME.test(name) ? [] : [{ path, message: `cannot be used: ${NAME_FORM}` }];
      return [...bad, ...optionProblems(definition, path), ...paramProblems(definition, path, options)];
    });
  });
}

function* optionProblems(definition: KeyDefinition, path: string): Iterable<OptionProblem> {
  for (const option of Object.keys(definition)) {
    if (OPTIONS.some((known) => known === option)) continue;
    yield { path: `${path}.${option}`, message: `is no option here; the options are ${OPTIONS.join(', ')}` };
  }
  const { ttl } = definition;
  if (ttl === undefined || readDuration(ttl) !== null) return;
  yield { path: `${path}.ttl`, message: `must be ${DURATION_FORM}; got ${describeValue(ttl)}` };
}

function* paramProblems(
  { params = [] }: KeyDefinition,
  path: string,
  { secret = '' }: DefineKeysOptions,
): Iterable<OptionProblem> {
  const seen = new Set<string>();
  for (const [index, param] of params.entries()) {
    const { name, personal } = typeof param === 'string' ? { name: param, personal: false } : param;
    const at = `${path}.params[${index}]`;
    if (!NAME.test(name)) yield { path: at, message: `cannot be used: ${NAME_FORM}` };
    if (seen.has(name))
      yield { path: at, message: `repeats the name '${name}'; give each id a name of its own` };
    if (personal && secret === '')
      yield { path: at, message: 'is personal and needs the option secret of defineKeys' };
    seen.add(name);
  }
}
