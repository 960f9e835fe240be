import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** Is one setting of the marketplace. */
export interface Setting {
  readonly name: string;
  readonly value: unknown;
  readonly updatedAt: Date;
}

@Injectable()
export class ConfigurationRepository {
  constructor(private readonly database: Database) {}

  list(): Promise<Setting[]> {
    return this.database.rows<Setting>(
      `select name, value, updated_at as "updatedAt" from configuration order by name`,
    );
  }

  async update(name: string, value: unknown): Promise<void> {
    await this.database.rows(
      `update configuration set value = $2::text::jsonb, updated_at = now() where name = $1`,
      [name, JSON.stringify(value)],
    );
  }
}
