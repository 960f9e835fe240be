import { isIP, isIPv4 } from 'node:net';

/** Splits `10.0.0.0/8` or a single address. @returns null when it is neither. @internal */
export function parseNetwork(text: string): { address: string; prefix: number } | null {
  const [address = '', bits, ...more] = text.split('/');
  if (isIP(address) === 0 || more.length > 0) return null;
  const most = isIPv4(address) ? 32 : 128;
  if (bits === undefined) return { address, prefix: most };
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity;
  return prefix <= most ? { address, prefix } : null;
}
