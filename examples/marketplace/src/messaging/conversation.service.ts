import { ForbiddenException, Injectable, NotFoundException } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { Database } from '../database/database.js';
import { found } from '../http/found.js';
import { keys } from '../redis/keys.js';
import type { StartConversationDto } from './conversation.dto.js';
import { type Conversation, ConversationRepository } from './conversation.repository.js';
import { MessageRepository } from './message.repository.js';

@Injectable()
export class ConversationService {
  constructor(
    private readonly database: Database,
    private readonly conversations: ConversationRepository,
    private readonly messages: MessageRepository,
  ) {}

  @Cached({ key: ({ id }: AuthUser) => keys.cache.conversations(id), entity: ['inbox', '{user.id}'] })
  list(user: AuthUser): Promise<Conversation[]> {
    return this.conversations.listOf(user.id);
  }

  /** Starts a conversation with its first message. */
  @InvalidateCache({ entity: ['conversation', '{result.id}'], action: 'create' })
  start(dto: StartConversationDto, user: AuthUser): Promise<{ id: number }> {
    return this.database.transaction(async (sql) => {
      const id = found(await this.conversations.insert(sql, user.id, dto), 'such user or project');
      await this.messages.insert({ conversationId: id, senderId: user.id, body: dto.body }, sql);
      return { id };
    });
  }

  /** @throws {ForbiddenException} when the user takes no part in the conversation. */
  async requireMember(id: number, user: AuthUser): Promise<void> {
    const members = await this.conversations.members(id);
    if (members.length === 0) throw new NotFoundException(`There is no conversation ${id}.`);
    if (!members.includes(user.id)) throw new ForbiddenException(`You take no part in conversation ${id}.`);
  }
}
