import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { SignUpDto, UpdateUserDto } from './user.dto.js';

/** Is what everybody may know of a user. */
export interface User {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly creatorId: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

@Injectable()
export class UserRepository {
  constructor(private readonly database: Database) {}

  find(id: number): Promise<User | undefined> {
    return this.database.row<User>(
      `select u.id, u.name, u.country, c.id as "creatorId", u.created_at as "createdAt", u.updated_at as "updatedAt"
       from users u
       left join creators c on c.user_id = u.id
       where u.id = $1`,
      [id],
    );
  }

  /** @returns undefined when the e-mail address is taken. */
  async insert({ email, name, country }: SignUpDto, passwordHash: string): Promise<number | undefined> {
    const row = await this.database.row<{ id: number }>(
      `insert into users (email, name, country, password_hash)
       values (lower($1), $2, $3, $4)
       on conflict do nothing
       returning id`,
      [email, name, country, passwordHash],
    );
    return row?.id;
  }

  async update(id: number, { name, country }: UpdateUserDto): Promise<void> {
    await this.database.rows(
      `update users
       set name = coalesce($2, name), country = coalesce($3, country), updated_at = now()
       where id = $1`,
      [id, name, country],
    );
  }
}
