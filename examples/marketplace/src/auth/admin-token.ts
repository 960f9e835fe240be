import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../environment/environment.js';

/** Is the secret that opens the admin routes. */
@Injectable()
export class AdminToken {
  private readonly digest: Buffer;

  constructor({ adminToken }: Environment) {
    const token = adminToken ?? randomBytes(18).toString('base64url');
    if (!adminToken) new Logger('Admin').log(`ADMIN_TOKEN is not set; for this start it is ${token}`);
    this.digest = digest(token);
  }

  matches(given: string): boolean {
    return timingSafeEqual(digest(given), this.digest);
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
