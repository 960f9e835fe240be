import { isIPv4, isIPv6 } from 'node:net';

const V4_WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d+$/;
const V6_IN_BRACKETS = /^\[([^\]]*)\](?::\d+)?$/;
/** The first six groups of `::ffff:a.b.c.d` and of `64:ff9b::a.b.c.d`, which are IPv4 addresses in disguise. */
const MAPPED = '0:0:0:0:0:ffff';
const NAT64 = '64:ff9b:0:0:0:0';

/**
 * Renders an address so that one caller has one text: IPv4 as it is, also when it comes mapped into IPv6 or through
 * NAT64; IPv6 as its first `ipv6Prefix` bits, because a single customer commands at least a /64.
 *
 * @returns null when `address` is none. A port or zone is left out.
 * @see https://www.rfc-editor.org/rfc/rfc6177 and https://www.rfc-editor.org/rfc/rfc6052
 * @internal
 */
export function normalizeAddress(address: string, ipv6Prefix: number): string | null {
  const plain = plainAddress(address);
  if (plain === null || isIPv4(plain)) return plain;
  const groups = groupsOf(plain);
  const head = groups.slice(0, 6).map(hex).join(':');
  if (head === MAPPED || head === NAT64) return groups.slice(6).flatMap(bytes).join('.');
  return prefixOf(groups, ipv6Prefix);
}

/** Leaves out a port, brackets and a zone. @returns null when `address` is none. @internal */
export function plainAddress(address: string): string | null {
  if (isIPv4(address)) return address;
  const bare = V4_WITH_PORT.exec(address)?.[1] ?? V6_IN_BRACKETS.exec(address)?.[1] ?? address;
  if (isIPv4(bare)) return bare;
  const [withoutZone = ''] = bare.split('%');
  return isIPv6(withoutZone) ? withoutZone : null;
}

/** Returns the eight 16-bit groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [left = '', right] = withHexTail(address).split('::');
  const [head, tail] = [parse(left), parse(right ?? '')];
  const zeros = right === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...new Array<number>(zeros).fill(0), ...tail];
}

/** Turns a dotted tail, as in `::ffff:192.0.2.1`, into two groups. */
function withHexTail(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
  });
}

function parse(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function prefixOf(groups: readonly number[], prefix: number): string {
  const kept = groups.slice(0, Math.ceil(prefix / 16));
  const last = kept.length - 1;
  const spare = kept.length * 16 - prefix;
  const masked = kept.map((group, i) => hex(i === last ? (group >> spare) << spare : group));
  return `${masked.join(':')}${kept.length < 8 ? '::' : ''}/${prefix}`;
}

function bytes(group: number): number[] {
  return [group >> 8, group & 255];
}

function hex(group: number): string {
  return group.toString(16);
}
