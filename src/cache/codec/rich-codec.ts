import { typeName } from '../../common/keys/key.errors.js';
import { CacheCodecError } from '../cache.errors.js';
import type { Codec } from './codec.js';
import { isRecord } from './plain-json.js';
import { RICH_TYPES, type RichType } from './rich-types.js';
import type { Step } from './rich-step.js';

/** Marks, in the JSON that is stored, an object that stands for something else: `{ "$": "Date", "v": … }`. */
const MARK = '$';
const TYPE_BY_NAME = new Map<string, RichType>(RICH_TYPES.map((type) => [type.name, type]));

type Tagged = { readonly [MARK]: string; readonly v?: unknown };
type Plain = Record<string, unknown>;

/**
 * Writes what JSON loses or refuses: Date, Map, Set, RegExp, URL, URLSearchParams, Error, bytes, bigint, undefined, NaN,
 * the infinities and -0, at any depth. Instances of other classes are written by their own properties, or their `toJSON`.
 * Functions, symbols, cycles, and instances that hide what they are, promises among them, are refused.
 *
 * @internal
 */
export const RICH_CODEC: Codec = {
  name: 'rich',
  encode: (value) => JSON.stringify(encodeWithin(new Set())(value)),
  decode: (text) => decode(JSON.parse(text)),
};

function encodeWithin(ancestors: Set<object>): Step {
  const encode: Step = (value) => {
    if (typeof value !== 'object' || value === null) return encodeScalar(value);
    if (ancestors.has(value)) throw new CacheCodecError('A value that contains itself cannot be cached.');
    ancestors.add(value);
    const encoded = encodeObject(value, encode);
    ancestors.delete(value);
    return encoded;
  };
  return encode;
}

function encodeScalar(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
      return tagged('undefined');
    case 'bigint':
      return tagged('BigInt', String(value));
    case 'number':
      if (Object.is(value, -0)) return tagged('Number', '-0');
      return Number.isFinite(value) ? value : tagged('Number', String(value));
    case 'function':
    case 'symbol':
      throw new CacheCodecError(`A value that holds a ${typeof value} cannot be cached: return data only.`);
    default:
      return value;
  }
}

function encodeObject(value: object, encode: Step): unknown {
  if (Array.isArray(value)) return Array.from(value, encode);
  const type = RICH_TYPES.find(({ is }) => is(value));
  if (type !== undefined) return tagged(type.name, type.write(value as never, encode));
  if (!isRecord(value))
    throw new CacheCodecError(
      `A value that holds ${typeName(value)} cannot be cached, for what that keeps cannot be read: return data, or give ` +
        'the entry a codec.',
    );
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return encode((toJSON as () => unknown).call(value));
  const members = Object.entries(value).map(([key, member]) => [key, encode(member)]);
  const plain = Object.fromEntries(members) as Plain;
  return Object.hasOwn(plain, MARK) ? tagged('Object', plain) : plain;
}

function tagged(name: string, v?: unknown): Tagged {
  return { [MARK]: name, v };
}

/** Decodes in place what `JSON.parse` made: it defines every key as an own property, `__proto__` too. */
function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && Object.hasOwn(value, MARK)) return decodeTagged(value as Tagged);
  return decodeMembers(value as Plain);
}

function decodeMembers(node: Plain): Plain {
  for (const key of Object.keys(node)) {
    const member = node[key];
    if (typeof member === 'object' && member !== null) node[key] = decode(member);
  }
  return node;
}

function decodeTagged({ [MARK]: name, v }: Tagged): unknown {
  if (name === 'undefined') return undefined;
  if (name === 'BigInt') return BigInt(v as string);
  if (name === 'Number') return Number(v);
  if (name === 'Object') return decodeMembers(v as Plain);
  const type = TYPE_BY_NAME.get(name);
  if (type === undefined)
    throw new CacheCodecError('A cached value is of a kind that this release does not know.');
  return type.read(v as never, decode);
}
