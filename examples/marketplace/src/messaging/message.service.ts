import { Injectable } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import { keys } from '../redis/keys.js';
import { type Message, MessageRepository, type NewMessage } from './message.repository.js';

@Injectable()
export class MessageService {
  constructor(private readonly messages: MessageRepository) {}

  @Cached({ key: keys.cache.messages, entity: ['conversation', '{conversationId}'] })
  latest(conversationId: number): Promise<Message[]> {
    return this.messages.latest(conversationId);
  }

  /** The members' lists show how many messages there are, and when the last one came. */
  @InvalidateCache({ entity: ['conversation', '{message.conversationId}'] })
  async send(message: NewMessage): Promise<{ id: number }> {
    return { id: await this.messages.insert(message) };
  }
}
