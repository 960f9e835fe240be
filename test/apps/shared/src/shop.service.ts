import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cached, InvalidateCache, RateLimit, WithLock } from 'nestjs-redis-suite';

export interface Item {
  id: string;
  name: string;
  stock: number;
}

@Injectable()
export class ShopService {
  readonly items = new Map<string, Item>([['1', { id: '1', name: 'Lamp', stock: 10 }]]);
  reads = 0;
  reserving = 0;
  mostReserving = 0;

  @Cached({ key: 'item:{id}', ttl: '1h', tags: ['items'] })
  async find(id: string): Promise<Item | null> {
    this.reads += 1;
    return this.items.get(id) ?? null;
  }

  @Cached('1h')
  async search(word: string, page: number): Promise<string[]> {
    this.reads += 1;
    return [`${word}, page ${page}`];
  }

  @InvalidateCache({ keys: ['item:{id}'] })
  async rename(id: string, name: string): Promise<void> {
    const item = this.items.get(id);
    if (item) item.name = name;
  }

  @WithLock('stock:{id}', { ttl: '5s' })
  async reserve(id: string, quantity: number): Promise<void> {
    this.reserving += 1;
    this.mostReserving = Math.max(this.mostReserving, this.reserving);
    const item = this.items.get(id)!;
    const left = item.stock - quantity;
    await sleep(5);
    item.stock = left;
    this.reserving -= 1;
  }

  @WithLock('report', { onBusy: 'throw' })
  async report(): Promise<string> {
    return 'done';
  }

  @RateLimit({ limit: 2, window: '1h', key: (call) => call.getArgByIndex<string>(0) })
  async mail(address: string): Promise<string> {
    return `to ${address}`;
  }
}
