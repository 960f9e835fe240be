import {
  BadRequestException,
  Body,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Injectable,
  PreconditionFailedException,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { CacheStats } from '../cache/stats/cache-stats.js';
import { CacheService } from '../cache/cache.service.js';
import { actorOf, type AdminRequest, type AdminResponse } from './admin-request.js';
import { AdminRoute } from './admin-route.decorator.js';
import { CacheFlush, type FlushPlan, type FlushResult } from './cache-flush.js';
import { flushPatternProblem } from './flush-pattern.js';

type Fields = Readonly<Record<string, unknown>>;

/** Shows what the caches do, and flushes them in two steps. @internal */
@Injectable()
export class AdminCacheController {
  constructor(
    private readonly cache: CacheService,
    private readonly flushing: CacheFlush,
  ) {}

  /** Answers what the caches of this process did. */
  @Get('cache/stats')
  @AdminRoute('cache:read')
  stats(): CacheStats {
    return this.cache.stats();
  }

  /** Answers 428 with the dry run; with its `confirm` removes what the pattern matches. */
  @Delete('cache')
  @AdminRoute('cache:flush')
  async deleteByPattern(
    @Query() { pattern, confirm }: Fields,
    @Req() request: AdminRequest,
    @Res({ passthrough: true }) response: AdminResponse,
  ): Promise<FlushPlan | FlushResult> {
    const wanted = checkPattern(pattern);
    if (confirm !== undefined) return this.#execute(confirm, request, wanted);
    const plan = await this.flushing.plan(wanted);
    response.status(HttpStatus.PRECONDITION_REQUIRED);
    return plan;
  }

  /** Answers the dry run for `{ pattern }`; `{ confirm }` removes what it matches. */
  @Post('cache/flush')
  @HttpCode(HttpStatus.OK)
  @AdminRoute('cache:flush')
  flush(@Body() body: Fields | undefined, @Req() request: AdminRequest): Promise<FlushPlan | FlushResult> {
    const { pattern, confirm } = body ?? {};
    if (confirm !== undefined) return this.#execute(confirm, request, pattern);
    return this.flushing.plan(checkPattern(pattern));
  }

  #execute(confirm: unknown, request: AdminRequest, wanted: unknown): Promise<FlushResult> {
    const pattern = typeof confirm === 'string' ? this.flushing.confirmed(confirm) : null;
    if (pattern === null || (wanted !== undefined && wanted !== pattern)) {
      const mend = 'repeat the request without it and use the token of that answer within two minutes';
      throw new PreconditionFailedException(`The confirmation is for another pattern, or too old; ${mend}.`);
    }
    return this.flushing.execute(pattern, actorOf(request));
  }
}

function checkPattern(value: unknown): string {
  const problem = flushPatternProblem(value);
  if (problem !== null) throw new BadRequestException(problem);
  return value as string;
}
