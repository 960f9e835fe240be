import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { WithLock } from '../../src/lock/with-lock.decorator.js';

describe('the type of @WithLock', () => {
  it('accepts templates, and functions that take what the method takes', () => {
    class Inventory {
      @WithLock('inventory:{id}', { ttl: '30s', onBusy: 'throw' })
      async reserve(id: string, quantity: number): Promise<number> {
        return id.length * quantity;
      }

      @WithLock((id: string, quantity: number) => `inventory:${id}:${quantity}`)
      async both(id: string, quantity: number): Promise<number> {
        return id.length * quantity;
      }

      @WithLock((id: string) => `inventory:${id}`)
      async fewer(id: string, _quantity: number): Promise<void> {
        await Promise.resolve(id);
      }

      @WithLock((id: string | number) => `inventory:${id}`)
      async wider(id: 'a' | 'b'): Promise<void> {
        await Promise.resolve(id);
      }

      @WithLock(['account:{from}', 'account:{to}'])
      async several(from: string, to: string): Promise<string> {
        return Promise.resolve(from + to);
      }

      @WithLock((ids: readonly string[]) => ids.map((id) => `account:${id}`))
      async list(ids: readonly string[]): Promise<number> {
        return Promise.resolve(ids.length);
      }

      @WithLock(() => 'inventory')
      async none(): Promise<void> {
        await Promise.resolve();
      }
    }
    expectTypeOf<Inventory['reserve']>().returns.resolves.toBeNumber();
  });

  it('refuses what does not fit', () => {
    const refused = () => {
      class Inventory {
        // @ts-expect-error the method returns no promise, so its end cannot be awaited
        @WithLock('inventory')
        sync(): number {
          return 1;
        }

        // @ts-expect-error the function takes another type than the method
        @WithLock((id: number) => `inventory:${id}`)
        async otherType(id: string): Promise<void> {
          await Promise.resolve(id);
        }

        // @ts-expect-error the function takes more than the method
        @WithLock((id: string, quantity: number) => `inventory:${id}:${quantity}`)
        async more(id: string): Promise<void> {
          await Promise.resolve(id);
        }

        // @ts-expect-error the argument may be missing, which the function does not expect
        @WithLock((id: string) => `inventory:${id}`)
        async optional(id?: string): Promise<void> {
          await Promise.resolve(id);
        }

        // @ts-expect-error an object is no name
        @WithLock((id: string) => ({ id }))
        async noText(id: string): Promise<void> {
          await Promise.resolve(id);
        }

        // @ts-expect-error numbers are no names
        @WithLock((id: number) => [id])
        async noTexts(id: number): Promise<void> {
          await Promise.resolve(id);
        }

        // @ts-expect-error that is no duration
        @WithLock('inventory', { ttl: '1 hour' })
        async badTtl(): Promise<void> {
          await Promise.resolve();
        }

        // @ts-expect-error there is no such mode
        @WithLock('inventory', { onBusy: 'ignore' })
        async badMode(): Promise<void> {
          await Promise.resolve();
        }
      }
      return Inventory;
    };
    expectTypeOf(refused).toBeFunction();
  });
});
