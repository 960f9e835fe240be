import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { AdjustInventoryDto } from './inventory.dto.js';
import { InventoryService } from './inventory.service.js';

@ApiTags('orders')
@LoggedIn()
@Controller('products/:id/inventory')
export class InventoryController {
  constructor(private readonly inventory: InventoryService) {}

  @Get()
  @ApiOperation({ summary: 'List the latest movements in the stock of one’s product' })
  movements(@Param('id', IdPipe) id: number, @CurrentUser() user: AuthUser) {
    return this.inventory.movements(id, user);
  }

  @Patch()
  @ApiOperation({ summary: 'Change the stock of one’s product' })
  adjust(@Param('id', IdPipe) id: number, @Body() dto: AdjustInventoryDto, @CurrentUser() user: AuthUser) {
    return this.inventory.adjust(id, dto, user);
  }
}
