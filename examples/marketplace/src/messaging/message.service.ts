import { Injectable } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import { keys } from '../redis/keys.js';
import { type Message, MessageRepository, type NewMessage } from './message.repository.js';

/** Is a message on its way to the members of a conversation. */
export interface Delivery extends NewMessage {
  readonly memberIds: readonly number[];
}

@Injectable()
export class MessageService {
  constructor(private readonly messages: MessageRepository) {}

  @Cached({ key: keys.cache.messages, ttl: keys.cache.messages.ttl })
  latest(conversationId: number): Promise<Message[]> {
    return this.messages.latest(conversationId);
  }

  /** The members' lists show how many messages there are, and when the last one came. */
  @InvalidateCache({
    keys: ({ conversationId, memberIds }: Delivery) => [
      keys.cache.messages(conversationId),
      ...memberIds.map((id) => keys.cache.conversations(id)),
    ],
  })
  async send(message: Delivery): Promise<{ id: number }> {
    return { id: await this.messages.insert(message) };
  }
}
