import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RateLimit } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { SendMessageDto, StartConversationDto } from './conversation.dto.js';
import { ConversationService } from './conversation.service.js';
import { MessageService } from './message.service.js';

@ApiTags('messaging')
@LoggedIn()
@Controller('conversations')
export class ConversationController {
  constructor(
    private readonly conversations: ConversationService,
    private readonly messages: MessageService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List one’s conversations' })
  list(@CurrentUser() user: AuthUser) {
    return this.conversations.list(user);
  }

  @Post()
  @RateLimit(['chat', 'message'])
  @ApiOperation({ summary: 'Start a conversation' })
  start(@Body() dto: StartConversationDto, @CurrentUser() user: AuthUser) {
    return this.conversations.start(dto, user);
  }

  @Get(':id/messages')
  @ApiOperation({ summary: 'Read the latest messages of one’s conversation' })
  async read(@Param('id', IdPipe) id: number, @CurrentUser() user: AuthUser) {
    await this.conversations.requireMember(id, user);
    return this.messages.latest(id);
  }

  @Post(':id/messages')
  @RateLimit(['chat', 'message'])
  @ApiOperation({ summary: 'Send a message' })
  async send(
    @Param('id', IdPipe) id: number,
    @Body() { body }: SendMessageDto,
    @CurrentUser() user: AuthUser,
  ) {
    await this.conversations.requireMember(id, user);
    return this.messages.send({ conversationId: id, senderId: user.id, body });
  }
}
