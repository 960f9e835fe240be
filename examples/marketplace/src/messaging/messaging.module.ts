import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ConversationController } from './conversation.controller.js';
import { ConversationRepository } from './conversation.repository.js';
import { ConversationService } from './conversation.service.js';
import { MessageRepository } from './message.repository.js';
import { MessageService } from './message.service.js';

@Module({
  imports: [AuthModule],
  controllers: [ConversationController],
  providers: [ConversationService, ConversationRepository, MessageService, MessageRepository],
})
export class MessagingModule {}
