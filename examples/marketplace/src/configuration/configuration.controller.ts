import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../auth/admin-only.decorator.js';
import { ChangeSettingDto } from './configuration.dto.js';
import { ConfigurationService } from './configuration.service.js';

@ApiTags('configuration')
@Controller('configuration')
export class ConfigurationController {
  constructor(private readonly configuration: ConfigurationService) {}

  @Get()
  @ApiOperation({ summary: 'Read the settings of the marketplace' })
  list() {
    return this.configuration.list();
  }

  @Put(':name')
  @AdminOnly()
  @ApiOperation({ summary: 'Change a setting' })
  change(@Param('name') name: string, @Body() { value }: ChangeSettingDto) {
    return this.configuration.change(name, value);
  }
}
