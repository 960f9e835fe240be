import { Injectable } from '@nestjs/common';
import { Cached } from 'nestjs-redis-suite';
import type { Page } from '../http/page.js';
import { ALL } from '../redis/entities.js';
import type { SearchQuery } from './search.dto.js';
import { type SearchHit, SearchRepository } from './search.repository.js';

@Injectable()
export class SearchService {
  constructor(private readonly products: SearchRepository) {}

  @Cached({ ttl: '5m', entity: ['products', () => ALL] })
  search(query: SearchQuery): Promise<Page<SearchHit>> {
    return this.products.search(query);
  }
}
