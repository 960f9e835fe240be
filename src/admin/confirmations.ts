import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { BootChecks } from '../common/boot-checks.js';
import type { Clock } from '../common/clock.js';
import { InjectClock } from '../connection/connection.tokens.js';
import { SuiteSettings } from '../connection/suite-settings.js';

/** Is how long a dry run may be confirmed, in milliseconds. */
const LIFETIME_MS = 120_000;

type Secret = string | Buffer;

const PURPOSE = 'nestjs-redis-suite:confirmation';

/**
 * Makes the tokens that confirm a dry run: HMAC-SHA256 over what was looked at and until when, so that any instance
 * with the same secret can check them and nobody can make one for something else.
 *
 * Without a configured `secret` the process uses a random one; in production, where there may be several processes,
 * that is a boot error.
 *
 * @internal
 */
@Injectable()
export class Confirmations {
  readonly #secrets: readonly [first: Secret, ...others: Secret[]];
  readonly #scope: string;

  constructor(
    { secrets, namespace }: SuiteSettings,
    @InjectClock() private readonly clock: Clock,
    checks: BootChecks,
  ) {
    const [first = randomBytes(32), ...others] = secrets;
    this.#secrets = [first, ...others];
    this.#scope = namespace;
    if (secrets.length > 0 || process.env['NODE_ENV'] !== 'production') return;
    const message =
      'is missing: in production the admin routes need it to confirm flushes; set one long random text';
    checks.add(() => [{ path: 'secret', message }]);
  }

  /** Makes a token for `subject`, good for two minutes. */
  issue(subject: string): string {
    const payload = Buffer.from(JSON.stringify([subject, this.clock.now() + LIFETIME_MS])).toString(
      'base64url',
    );
    return `${payload}.${this.#sign(payload, this.#secrets[0]).toString('base64url')}`;
  }

  /** Returns what a token was made for. @returns null when it is none of ours, or too old. */
  redeem(token: string): string | null {
    const [payload = '', signature = ''] = token.split('.');
    const given = Buffer.from(signature, 'base64url');
    const isOurs = this.#secrets.some((secret) => isEqual(this.#sign(payload, secret), given));
    if (!isOurs) return null;
    const [subject, expiresAt] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [string, number];
    return expiresAt > this.clock.now() ? subject : null;
  }

  #sign(payload: string, secret: Secret): Buffer {
    return createHmac('sha256', secret).update(`${PURPOSE}:${this.#scope}:${payload}`).digest();
  }
}

function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
