/* eslint-disable @typescript-eslint/consistent-type-imports -- an import statement would make this file a module, and its names no longer ambient */
/** Declares what the examples in the documentation take from the reader's own application. */

// Services that a class would inject.
declare const cache: import('nestjs-redis-suite').CacheService;
declare const limits: import('nestjs-redis-suite').RateLimitService;
declare const monitor: import('nestjs-redis-suite').RedisMonitor;
declare const offenders: import('nestjs-redis-suite').RateLimitOffenders;
declare const locks: import('nestjs-redis-suite').LockService;
declare const events: import('nestjs-redis-suite').SuiteEvents;
declare const logger: import('@nestjs/common').Logger;
declare const redis: import('nestjs-redis-suite/testing').TestRedis;

// The application's own code.
declare interface Product {
  id: number;
  name: string;
}
declare class ProductRepository {
  find(id: number): Promise<Product>;
  reduceStock(id: number, amount: number): Promise<void>;
}
declare class Credentials {
  email: string;
  password: string;
}
declare interface Session {
  token: string;
}
declare function signIn(credentials: Credentials): Promise<Session>;
declare function pay(): Promise<void>;
declare function renderReport(): void;
declare const audit: { write(entry: object): void };
declare function afterAll(run: () => unknown): void;
declare class AuthModule {}
declare class OperatorGuard {
  canActivate(): boolean;
}
declare class User {
  id: number;
  callsPerHour: number;
}
declare function findUser(id: number): Promise<User>;
declare class Order {
  buyer: User;
}
declare function findOrders(page: number): Promise<{ items: Order[]; total: number }>;
declare function popularIds(): Promise<number[]>;
declare function findProduct(id: number): Promise<Product>;
declare class ConfigService {
  get(name: string): string;
}
declare function findAsset(id: number): Promise<Product>;
declare function insertAsset(name: string): Promise<Product>;
declare function assetsOf(creatorId: string): Promise<number[]>;
declare function creatorsOf(assetId: string): Promise<number[]>;
declare const database: { transaction(run: () => Promise<void>): Promise<void> };
