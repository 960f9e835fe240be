import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SpanQuery } from './analytics.dto.js';
import { AnalyticsService } from './analytics.service.js';

@ApiTags('analytics')
@Controller('analytics')
export class AnalyticsController {
  constructor(private readonly analytics: AnalyticsService) {}

  @Get('sales')
  @ApiOperation({ summary: 'Read the sales of each day' })
  sales(@Query() { days }: SpanQuery) {
    return this.analytics.sales(days);
  }

  @Get('sales.csv')
  @Header('Content-Type', 'text/csv; charset=utf-8')
  @ApiOperation({ summary: 'Export the sales of each day' })
  exportSales(@Query() { days }: SpanQuery) {
    return this.analytics.exportSales(days);
  }

  @Get('creators')
  @ApiOperation({ summary: 'Read which creators sell most' })
  creators(@Query() { days }: SpanQuery) {
    return this.analytics.topCreators(days);
  }

  @Get('categories')
  @ApiOperation({ summary: 'Read what each category sells' })
  categories(@Query() { days }: SpanQuery) {
    return this.analytics.categories(days);
  }
}
