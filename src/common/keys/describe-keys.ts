import type { Duration } from '../duration.js';
import type { KeyBuilder } from './key-builder.js';
import type { KeyParameter } from './key-definition.js';
import type { DataClass, KeyFamily } from './key-families.js';

/** Describes one kind of key, a row of a page on keys. @publicApi */
export interface KeyDescription {
  readonly family: KeyFamily;
  readonly name: string;
  /** Is the form of the key, relative to the namespace, for example `cache:user:<id>`; `#` marks an HMAC. */
  readonly form: string;
  readonly dataClass: DataClass;
  /** Is how long what stands under the key lives; null leaves it to the family's default. */
  readonly ttl: Duration | null;
  /** Is the form of the hash tag on Cluster; null where keys carry none. */
  readonly slotTag: string | null;
  readonly description: string | null;
}

/**
 * Lists every key of a registry, in the order of definition.
 *
 * @publicApi
 */
export function describeKeys(
  keys: Readonly<Record<string, Readonly<Record<string, KeyBuilder>>>>,
): KeyDescription[] {
  return Object.values(keys).flatMap((byName) => Object.values(byName).map(describe));
}

function describe({ family, name, params, ttl, dataClass, description }: KeyBuilder): KeyDescription {
  const key = [name, ...params.map(idForm)].join(':');
  return {
    family,
    name,
    form: `${family}:${key}`,
    dataClass,
    ttl: ttl ?? null,
    slotTag: dataClass === 'state' ? `{${key}}` : null,
    description: description ?? null,
  };
}

function idForm(param: KeyParameter): string {
  return typeof param === 'string' ? `<${param}>` : `<#${param.name}>`;
}
