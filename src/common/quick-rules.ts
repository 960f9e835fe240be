/** Is a rule on one option. @internal */
export interface QuickRule {
  readonly accepts: (value: unknown, options: object) => boolean;
  /** Refuses undefined as well. */
  readonly required?: boolean;
}

type RulesByOption = Map<string, QuickRule[]>;

const declared = new WeakMap<object, RulesByOption>();
/** Keeps what `declared` says of a class and those it extends; null when rules alone cannot tell. */
const gathered = new WeakMap<object, RulesByOption | null>();

/** Notes a rule on the option `key` of the class whose prototype is `target`. @internal */
export function noteRule(target: object, key: string, rule: QuickRule): void {
  const rules = declared.get(target) ?? new Map<string, QuickRule[]>();
  declared.set(target, rules.set(key, [...(rules.get(key) ?? []), rule]));
}

/**
 * Says whether each option of `raw` is known and good by the noted rules alone, at a fraction of the cost of validating:
 * for options that come with every call. When it says no, validating tells what is wrong, or that nothing is.
 *
 * @internal
 */
export function passesRules(prototype: object, raw: unknown): boolean {
  if (typeof raw !== 'object' || raw === null) return false;
  let rules = gathered.get(prototype);
  if (rules === undefined) gathered.set(prototype, (rules = gather(prototype)));
  if (rules === null) return false;
  for (const key of Object.keys(raw)) {
    const value = (raw as Record<string, unknown>)[key];
    const isGood = ({ accepts }: QuickRule) => value === undefined || accepts(value, raw);
    if (!(rules.get(key)?.every(isGood) ?? false)) return false;
  }
  return true;
}

function gather(prototype: object): RulesByOption | null {
  const all: RulesByOption = new Map();
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    for (const [key, rules] of declared.get(at) ?? []) all.set(key, [...(all.get(key) ?? []), ...rules]);
  }
  return [...all.values()].flat().some(({ required }) => required === true) ? null : all;
}
