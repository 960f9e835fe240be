import { rule } from '../../common/option-rules.js';

const KEY_CHARACTERS = 32;

/** Accepts `true`, `false` and `{ above }`. @internal */
export function IsCompression(): PropertyDecorator {
  return rule({
    name: 'isCompression',
    mustBe: 'true, false, or { above } with a whole number of bytes from 0',
    accepts: (value) => typeof value === 'boolean' || isWholeAbove(value),
  });
}

function isWholeAbove(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'above') return false;
  const { above } = value as { above: unknown };
  return Number.isSafeInteger(above) && (above as number) >= 0;
}

/** Accepts `{ keys }`; what is given is never shown. @internal */
export function IsEncryption(): PropertyDecorator {
  return rule({
    name: 'isEncryption',
    mustBe: `{ keys } with one random text of ${KEY_CHARACTERS} characters or more, or several that differ`,
    secret: true,
    accepts: isEncryption,
  });
}

function isEncryption(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'keys') return false;
  const { keys } = value as { keys: unknown };
  if (!Array.isArray(keys) || keys.length === 0 || new Set(keys).size < keys.length) return false;
  return keys.every((key) => typeof key === 'string' && key.length >= KEY_CHARACTERS);
}
