import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** Is what is needed to check a login. */
export interface Account {
  readonly id: number;
  readonly passwordHash: string;
}

@Injectable()
export class AccountRepository {
  constructor(private readonly database: Database) {}

  findByEmail(email: string): Promise<Account | undefined> {
    return this.database.row<Account>(
      `select id, password_hash as "passwordHash"
       from users
       where email = lower($1)`,
      [email],
    );
  }
}
