import { Injectable } from '@nestjs/common';
import type { Page } from '../http/page.js';
import type { SearchQuery } from './search.dto.js';
import { type SearchHit, SearchRepository } from './search.repository.js';

@Injectable()
export class SearchService {
  constructor(private readonly products: SearchRepository) {}

  search(query: SearchQuery): Promise<Page<SearchHit>> {
    return this.products.search(query);
  }
}
