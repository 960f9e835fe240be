import { CacheCodecError } from '../cache.errors.js';

const VIEWS: Record<string, new (bytes: ArrayBuffer) => ArrayBufferView> = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
};

/** Writes bytes as the name of their class and base64. @internal */
export function writeBinary(value: ArrayBuffer | NodeJS.ArrayBufferView): [string, string] {
  const bytes = ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value);
  const kind = Buffer.isBuffer(value) ? 'Buffer' : Object.prototype.toString.call(value).slice(8, -1);
  return [kind, bytes.toString('base64')];
}

/** Reads what `writeBinary` wrote, into memory of its own. @internal */
export function readBinary([kind, base64]: [string, string]): unknown {
  if (kind === 'Buffer') return Buffer.from(base64, 'base64');
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  if (kind === 'ArrayBuffer') return bytes.buffer;
  const View = Object.hasOwn(VIEWS, kind) ? VIEWS[kind] : undefined;
  if (View === undefined) throw new CacheCodecError('A cached value holds bytes of an unknown class.');
  return new View(bytes.buffer);
}
