import { Injectable } from '@nestjs/common';
import { type Message, MessageRepository, type NewMessage } from './message.repository.js';

@Injectable()
export class MessageService {
  constructor(private readonly messages: MessageRepository) {}

  latest(conversationId: number): Promise<Message[]> {
    return this.messages.latest(conversationId);
  }

  async send(message: NewMessage): Promise<{ id: number }> {
    return { id: await this.messages.insert(message) };
  }
}
