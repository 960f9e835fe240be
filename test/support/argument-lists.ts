import { Random } from './random.js';

/** What is special to Redis, to our text form or to UTF-8, and texts that look like other values. */
const PIECES = [
  ...[..."ab012:*?\\[]{}%',()<>=@#n-.\0\n\x7fé😀"],
  ...[
    '\ud800',
    '\udc00',
    '\ufffd',
    '%27',
    '%2A',
    "','",
    'null',
    'true',
    'undefined',
    'NaN',
    'Date',
    '2n',
    '-0',
  ],
];
const NUMBERS = [0, -0, 1, -1, 2, 1.5, NaN, Infinity, -Infinity, 1e21, Number.MAX_SAFE_INTEGER, 1e-7];
const NAMES = ['a', 'b', 'id', '', '0', "a'", 'a=1', 'é'];

type Items = unknown[];
type Mutation = (items: Items, at: number, random: Random) => void;

/**
 * Makes argument list number `index`, always the same. Every eighth is new; the seven after it are near misses of
 * it, since lists that are drawn independently hardly ever meet.
 */
export function argumentList(index: number): Items {
  const list = newList(new Random(index - (index % 8)), 0);
  const random = new Random(~index);
  for (let changes = index % 8; changes > 0; changes -= 3) mutate(list, random);
  return list;
}

/** Copies a list, with the properties of objects in another order. */
export function copyShuffled<T>(value: T, random: Random): T;
export function copyShuffled(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) return value.map((item: unknown) => copyShuffled(item, random));
  const entries = Object.entries(value).map(([key, member]) => [key, copyShuffled(member, random)] as const);
  for (let last = entries.length - 1; last > 0; last--) swap(entries, last, random.below(last + 1));
  return Object.fromEntries(entries);
}

function newList(random: Random, depth: number): Items {
  return Array.from({ length: depth === 0 ? 1 + random.below(4) : random.below(4) }, () =>
    newValue(random, depth),
  );
}

function newValue(random: Random, depth: number): unknown {
  switch (random.below(depth < 3 ? 12 : 9)) {
    case 0:
      return random.pick(NUMBERS);
    case 1:
      return random.below(1_000_000) / random.pick([1, 1, 1_000]);
    case 2:
      return BigInt(random.below(1_000)) * random.pick([1n, -1n, 10n ** 20n]);
    case 3:
      return random.pick([true, false, null, undefined]);
    case 4:
      return new Date(random.below(2_000_000_000) * random.pick([1, 1_000]));
    case 9:
    case 10:
      return newList(random, depth + 1);
    case 11:
      return Object.fromEntries(newList(random, depth + 1).map((item) => [random.pick(NAMES), item]));
    default:
      return newText(random);
  }
}

function newText(random: Random): string {
  let text = '';
  for (let length = random.below(5); length > 0; length--) text += random.pick(PIECES);
  return text;
}

/** Changes one place: an item of the list, or one inside an item. */
function mutate(items: Items, random: Random): void {
  const at = random.below(items.length + 1);
  const item = items[at];
  if (Array.isArray(item) && random.below(3) > 0) {
    mutate(item, random);
  } else if (isRecord(item) && random.below(3) > 0) {
    mutateRecord(item, random);
  } else {
    random.pick(MUTATIONS)(items, at, random);
  }
}

function mutateRecord(record: Record<string, unknown>, random: Random): void {
  const name = random.pick([...Object.keys(record), ...NAMES]);
  const values = [record[name]];
  mutate(values, random);
  if (values.length === 0) Reflect.deleteProperty(record, name);
  else record[name] = values.length === 1 ? values[0] : values;
}

const MUTATIONS: Mutation[] = [
  // Another type with the same look: 1, 1n, '1', a date and its number, an object and its entries.
  (items, at, random) => items.splice(at, 1, lookAlike(items[at], random)),
  (items, at, random) => items.splice(at, 1, lookAlike(items[at], random)),
  // The same content under other brackets.
  (items, at) => items.splice(at, 1, [items[at]]),
  (items, at) => items.splice(at, 2, [items[at], items[at + 1]]),
  (items, at) => items.splice(at, 1, ...(Array.isArray(items[at]) ? (items[at] as Items) : [items[at]])),
  (items, at) => items.push(...(Array.isArray(items[at]) ? (items[at] as Items).splice(-1) : [undefined])),
  // The same text cut elsewhere: 'a,b' and 'a', 'b', or 12 and 1, 2.
  (items, at, random) => items.splice(at, 2, joined(items[at], items[at + 1], random)),
  (items, at, random) => items.splice(at, 1, ...cut(items[at], random)),
  // Something more, less or moved.
  (items, at, random) => items.splice(at, 0, newValue(random, 2)),
  (items, at) => items.splice(at, 1),
  (items, at, random) => swap(items, Math.min(at, items.length - 1), random.below(items.length || 1)),
];

function lookAlike(value: unknown, random: Random): unknown {
  if (typeof value === 'string') return random.pick(textLookAlikes(value, random));
  if (typeof value === 'number') {
    return random.pick([
      String(value),
      -value,
      Number.isInteger(value) ? BigInt(value) : [value],
      new Date(1),
      value + 1,
    ]);
  }
  if (typeof value === 'bigint') return random.pick([String(value), `${value}n`, Number(value), -value]);
  if (value instanceof Date)
    return random.pick([value.getTime(), value.toISOString(), `#Date(${value.getTime()})`, {}]);
  if (Array.isArray(value)) return random.pick([{ ...(value as Items) }, String(value.length), [value, []]]);
  if (isRecord(value)) return random.pick([Object.entries(value), Object.values(value), Object.keys(value)]);
  return random.pick([String(value), null, undefined, 0, '', false]);
}

function textLookAlikes(text: string, random: Random): unknown[] {
  const at = random.below(text.length + 1);
  const escaped = `%${text.charCodeAt(at).toString(16).toUpperCase().padStart(2, '0')}`;
  return [
    ...[
      Number(text),
      [text],
      { [text]: text },
      `'${text}'`,
      text.replaceAll('%', '%25'),
      text + '\0',
      text.trim(),
    ],
    text.slice(0, at) + escaped + text.slice(at + 1),
    text.slice(0, at) + random.pick(PIECES) + text.slice(at + 1),
  ];
}

function joined(one: unknown, other: unknown, random: Random): unknown {
  if (typeof one === 'string' && typeof other === 'string') {
    return one + random.pick([',', "','", ':', '']) + other;
  }
  return typeof one === 'number' && typeof other === 'number' ? Number(`${one}${other}`) : [one, other];
}

function cut(value: unknown, random: Random): Items {
  if (typeof value !== 'string' && typeof value !== 'number') return [value, value];
  const text = String(value);
  const at = random.below(text.length + 1);
  const pieces = [text.slice(0, at), text.slice(at + random.below(2))];
  return typeof value === 'string' ? pieces : pieces.map(Number);
}

function swap(items: unknown[], one: number, other: number): void {
  if (items.length > 0) [items[one], items[other]] = [items[other], items[one]];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !Array.isArray(value);
}
