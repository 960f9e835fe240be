import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../auth/admin-only.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { RunRoyaltiesDto } from './royalty.dto.js';
import { RoyaltyService } from './royalty.service.js';

@ApiTags('royalties')
@AdminOnly()
@Controller('royalties/runs')
export class RoyaltyController {
  constructor(private readonly royalties: RoyaltyService) {}

  @Get()
  @ApiOperation({ summary: 'List the royalty runs' })
  list() {
    return this.royalties.list();
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a royalty run' })
  find(@Param('id', IdPipe) id: number) {
    return this.royalties.find(id);
  }

  @Post()
  @ApiOperation({ summary: 'Reckon the royalties of a month' })
  run(@Body() { period }: RunRoyaltiesDto) {
    return this.royalties.run(period);
  }
}
