import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../auth/admin-only.decorator.js';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { PageQuery } from '../http/page.js';
import { PayoutService } from './payout.service.js';

@ApiTags('royalties')
@Controller('payouts')
export class PayoutController {
  constructor(private readonly payouts: PayoutService) {}

  @Get()
  @LoggedIn()
  @ApiOperation({ summary: 'List what one has earned as a creator' })
  list(@Query() query: PageQuery, @CurrentUser() user: AuthUser) {
    return this.payouts.list(query, user);
  }

  @Post(':id/pay')
  @HttpCode(200)
  @AdminOnly()
  @ApiOperation({ summary: 'Send a payout' })
  pay(@Param('id', IdPipe) id: number) {
    return this.payouts.pay(id);
  }
}
