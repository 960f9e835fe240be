import { Injectable } from '@nestjs/common';
import { Redis } from 'ioredis';
import { InjectRedis } from 'nestjs-redis-suite';

@Injectable()
export class RawRedis {
  constructor(@InjectRedis() readonly client: Redis) {}
}
