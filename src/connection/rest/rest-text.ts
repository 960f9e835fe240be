import type { RedisArgument, RedisCommand, RedisReply } from '../lua-script.js';

/** Says that an argument cannot be written in JSON: its bytes are no text. @internal */
export class BinaryArgumentError extends Error {}

/**
 * Writes a command as the list of texts that REST takes.
 *
 * @throws {BinaryArgumentError} when an argument holds bytes that are no UTF-8.
 * @internal
 */
export function writeCommand(command: RedisCommand): string[] {
  return command.map(asText);
}

/**
 * Reads a reply whose texts are in base64, except for an `OK`, which can be none of base64.
 *
 * @param binary answers Buffers in place of strings.
 * @internal
 */
export function readReply(raw: unknown, binary: boolean): RedisReply {
  if (Array.isArray(raw)) return raw.map((element) => readReply(element, binary));
  if (typeof raw === 'string') {
    const bytes = Buffer.from(raw, raw === 'OK' ? 'utf8' : 'base64');
    return binary ? bytes : bytes.toString('utf8');
  }
  return typeof raw === 'number' ? raw : null;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function asText(argument: RedisArgument): string {
  if (typeof argument !== 'object') return String(argument);
  try {
    return strict.decode(argument);
  } catch {
    throw new BinaryArgumentError();
  }
}
