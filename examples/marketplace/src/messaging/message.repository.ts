import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';

/** Is one message of a conversation. */
export interface Message {
  readonly id: number;
  readonly senderId: number;
  readonly senderName: string;
  readonly body: string;
  readonly sentAt: Date;
}

/** Is what is written down when somebody sends a message. */
export interface NewMessage {
  readonly conversationId: number;
  readonly senderId: number;
  readonly body: string;
}

@Injectable()
export class MessageRepository {
  constructor(private readonly database: Database) {}

  /** Reads the latest messages of a conversation, the newest first. */
  latest(conversationId: number): Promise<Message[]> {
    return this.database.rows<Message>(
      `select m.id, m.sender_id as "senderId", u.name as "senderName", m.body, m.sent_at as "sentAt"
       from messages m
       join users u on u.id = m.sender_id
       where m.conversation_id = $1
       order by m.sent_at desc, m.id desc
       limit 50`,
      [conversationId],
    );
  }

  async insert({ conversationId, senderId, body }: NewMessage, sql: Sql = this.database): Promise<number> {
    const row = await sql.row<{ id: number }>(
      `insert into messages (conversation_id, sender_id, body) values ($1, $2, $3) returning id`,
      [conversationId, senderId, body],
    );
    return (row as { id: number }).id;
  }
}
