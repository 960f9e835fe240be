import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Environment } from '../environment/environment.js';
import type { AuthUser } from './auth-user.js';

const LIFETIME_MS = 12 * 3_600_000;

/** Issues and reads login tokens: `<user id>.<expiry>.<signature>`. */
@Injectable()
export class TokenService {
  private readonly secret: string;

  constructor({ authSecret }: Environment) {
    this.secret = authSecret ?? randomBytes(32).toString('hex');
  }

  issue(userId: number): { token: string; expiresAt: Date } {
    const expiresAt = new Date(Date.now() + LIFETIME_MS);
    const claims = `${userId}.${expiresAt.getTime()}`;
    return { token: `${claims}.${this.sign(claims).toString('base64url')}`, expiresAt };
  }

  /** @returns null when the token is not ours, was changed or has expired. */
  read(token: string): AuthUser | null {
    const [id = '', expiry = '', signature = ''] = token.split('.');
    const given = Buffer.from(signature, 'base64url');
    const expected = this.sign(`${id}.${expiry}`);
    const ours = given.length === expected.length && timingSafeEqual(given, expected);
    return ours && Number(expiry) > Date.now() ? { id: Number(id) } : null;
  }

  private sign(claims: string): Buffer {
    return createHmac('sha256', this.secret).update(claims).digest();
  }
}
