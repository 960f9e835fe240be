import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import type { StartConversationDto } from './conversation.dto.js';

/** Is a conversation as it stands in its members' list. */
export interface Conversation {
  readonly id: number;
  readonly projectId: number | null;
  readonly subject: string;
  readonly messageCount: number;
  readonly lastMessageAt: Date | null;
}

@Injectable()
export class ConversationRepository {
  constructor(private readonly database: Database) {}

  listOf(userId: number): Promise<Conversation[]> {
    return this.database.rows<Conversation>(
      `select v.id, v.project_id as "projectId", v.subject, count(m.id)::int as "messageCount",
              max(m.sent_at) as "lastMessageAt"
       from conversation_members cm
       join conversations v on v.id = cm.conversation_id
       left join messages m on m.conversation_id = v.id
       where cm.user_id = $1
       group by v.id
       order by max(m.sent_at) desc nulls last, v.id
       limit 100`,
      [userId],
    );
  }

  /** @returns the members' user ids, none when there is no such conversation. */
  async members(id: number): Promise<number[]> {
    const rows = await this.database.rows<{ userId: number }>(
      `select user_id as "userId" from conversation_members where conversation_id = $1`,
      [id],
    );
    return rows.map(({ userId }) => userId);
  }

  /** Starts a conversation between two users. @returns undefined when the recipient or the project does not exist. */
  async insert(sql: Sql, senderId: number, dto: StartConversationDto): Promise<number | undefined> {
    const row = await sql.row<{ id: number }>(
      `insert into conversations (project_id, subject)
       select $1, $2
       where exists (select 1 from users where id = $3)
         and ($1::int is null or exists (select 1 from projects where id = $1))
       returning id`,
      [dto.projectId, dto.subject, dto.recipientId],
    );
    if (!row) return undefined;
    await sql.rows(
      `insert into conversation_members (conversation_id, user_id)
       select $1, member from unnest($2::int[]) as member
       on conflict do nothing`,
      [row.id, [senderId, dto.recipientId]],
    );
    return row.id;
  }
}
