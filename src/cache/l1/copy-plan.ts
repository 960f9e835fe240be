import { types } from 'node:util';

/** Makes a copy of the value it was planned for, which shares nothing that can be changed. @internal */
export type Copy = (value: never) => unknown;

const AS_IS: Copy = (value) => value;
const FLAT_OBJECT: Copy = (value: object) => ({ ...value });
const FLAT_ARRAY: Copy = (value: unknown[]) => value.slice();
const DATE: Copy = (value: Date) => new Date(value.getTime());

/** Deeper values are read anew each time. */
const MAX_DEPTH = 32;

/**
 * Plans how a value is copied, once, so that each copy costs little: objects without others inside are cloned in one
 * step, and only members that hold objects are visited. It takes what JSON and dates are made of.
 *
 * @returns null when the value has other parts; then only reading it anew gives one of one's own.
 * @internal
 */
export function planCopy(value: unknown, depth = 0): Copy | null {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? null : AS_IS;
  if (depth === MAX_DEPTH) return null;
  if (Array.isArray(value)) return planArray(value, depth + 1);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return planObject(value, depth + 1);
  return prototype === Date.prototype && types.isDate(value) ? DATE : null;
}

function planObject(value: object, depth: number): Copy | null {
  const names: string[] = [];
  const copies: Copy[] = [];
  for (const [name, member] of Object.entries(value)) {
    const copy = planCopy(member, depth);
    // Assigning this name would change the prototype.
    if (copy === null || name === '__proto__') return null;
    if (copy === AS_IS) continue;
    names.push(name);
    copies.push(copy);
  }
  if (names.length === 0) return FLAT_OBJECT;
  return (original: Record<string, never>) => {
    const copied: Record<string, unknown> = { ...original };
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      copied[name] = (copies[index] as Copy)(original[name] as never);
    }
    return copied;
  };
}

function planArray(value: readonly unknown[], depth: number): Copy | null {
  const copies: Copy[] = [];
  let isFlat = true;
  for (const member of value) {
    const copy = planCopy(member, depth);
    if (copy === null) return null;
    isFlat &&= copy === AS_IS;
    copies.push(copy);
  }
  if (isFlat) return FLAT_ARRAY;
  return (original: never[]) => {
    const copied: unknown[] = original.slice();
    for (let index = 0; index < copies.length; index++) {
      copied[index] = (copies[index] as Copy)(original[index] as never);
    }
    return copied;
  };
}
