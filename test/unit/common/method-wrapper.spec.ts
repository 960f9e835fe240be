import 'reflect-metadata';
import { describe, expect, it, jest } from '@jest/globals';
import { originalOf, wrapMethod, type AnyMethod, type Around } from '../../../src/common/method-wrapper.js';

const KEY = Symbol('kept');

/** Is a decorator as a wing writes one. */
function Wrapped(around: Around): MethodDecorator {
  return (_target, _key, descriptor) => wrapMethod(descriptor, around);
}

function Marked(key: unknown, value: unknown): MethodDecorator {
  return (_target, _key, descriptor) => Reflect.defineMetadata(key, value, descriptor.value as object);
}

const passOn: Around = (_self, _args, proceed) => proceed();

describe('wrapMethod', () => {
  it('hands over the instance, the arguments and the method, and returns what is returned to it', () => {
    const seen: unknown[] = [];
    class Shop {
      constructor(private readonly factor: number) {}

      @Wrapped((self, args, proceed) => {
        seen.push(self, args);
        return [proceed(), proceed()];
      })
      price(amount: number, discount: number): unknown {
        return amount * this.factor - discount;
      }
    }
    const shop = new Shop(3);
    expect(shop.price(5, 1)).toEqual([14, 14]);
    expect(seen).toEqual([shop, [5, 1]]);
    expect(seen[0]).toBe(shop);
  });

  it.each([undefined, null, 5, 'text'])(
    'hands over an object when called on %j, which the method sees',
    (self) => {
      const seen: unknown[] = [];
      class Shop {
        @Wrapped((given, _args, proceed) => {
          seen.push(given);
          return proceed();
        })
        whose(): unknown {
          return this;
        }
      }
      expect(Shop.prototype.whose.call(self as never)).toBe(self);
      expect(typeof seen[0]).toBe('object');
      expect(seen[0]).not.toBeNull();
    },
  );

  it('need not call the method at all', () => {
    const body = jest.fn();
    class Shop {
      @Wrapped(() => 'kept')
      find(): unknown {
        return body();
      }
    }
    expect(new Shop().find()).toBe('kept');
    expect(body).not.toHaveBeenCalled();
  });

  it('keeps name, length, kind and own properties', () => {
    class Shop {
      @Wrapped(passOn)
      @((_target, _key, { value }) => void Object.assign(value as object, { own: 1 }))
      async find(id: number, _language: string, ..._rest: unknown[]): Promise<number> {
        return id;
      }
    }
    const { find } = Shop.prototype;
    expect([find.name, find.length]).toEqual(['find', 2]);
    expect(find).toHaveProperty('own', 1);
    expect(Object.prototype.toString.call(find)).toBe('[object AsyncFunction]');
    expect(find).toBeInstanceOf(Function);
  });

  it('keeps metadata from below, takes metadata from above, and shares neither with the method it wraps', () => {
    class Shop {
      @Marked('above', 1)
      @Wrapped(passOn)
      @Marked('below', { some: 'object' })
      @Marked(KEY, 3)
      find(): void {}
    }
    const { find } = Shop.prototype;
    expect(Reflect.getOwnMetadataKeys(find).sort((a) => (typeof a === 'symbol' ? 1 : -1))).toEqual([
      'above',
      'below',
      KEY,
    ]);
    expect(Reflect.getMetadata('below', find)).toEqual({ some: 'object' });
    expect(Reflect.getMetadata(KEY, find)).toBe(3);
    expect(Reflect.hasMetadata('above', originalOf(find))).toBe(false);
  });

  it('leaves the metadata that hang on the class and the property name alone', () => {
    class Shop {
      @Wrapped(passOn)
      find(_id: string): number {
        return 1;
      }
    }
    expect(Reflect.getMetadata('design:paramtypes', Shop.prototype, 'find')).toEqual([String]);
    expect(Reflect.getMetadata('design:returntype', Shop.prototype, 'find')).toBe(Number);
  });

  it('nests: the one written first runs first, around the others', async () => {
    const order: string[] = [];
    const note =
      (name: string): Around =>
      async (_self, _args, proceed) => {
        order.push(`${name} before`);
        const result = await proceed();
        order.push(`${name} after`);
        return result;
      };
    class Shop {
      @Wrapped(note('outer'))
      @Marked('between', true)
      @Wrapped(note('inner'))
      async find(id: number): Promise<number> {
        order.push(`find ${id}`);
        return id;
      }
    }
    const { find } = Shop.prototype;
    expect(await new Shop().find(7)).toBe(7);
    expect(order).toEqual(['outer before', 'inner before', 'find 7', 'inner after', 'outer after']);
    expect([find.name, find.length, Reflect.getMetadata('between', find)]).toEqual(['find', 1, true]);
  });

  it('lets errors through, thrown and rejected', async () => {
    class Shop {
      @Wrapped(passOn)
      throws(): void {
        throw new RangeError('thrown');
      }

      @Wrapped(passOn)
      async rejects(): Promise<void> {
        throw new RangeError('rejected');
      }
    }
    expect(() => new Shop().throws()).toThrow(new RangeError('thrown'));
    const returned = new Shop().rejects();
    expect(returned).toBeInstanceOf(Promise);
    await expect(returned).rejects.toThrow(new RangeError('rejected'));
  });

  it('keeps `super` and `this.method()` working', () => {
    const calls: object[] = [];
    const count: Around = (self, _args, proceed) => {
      calls.push(self);
      return proceed();
    };
    class Shop {
      @Wrapped(count)
      name(): string {
        return 'shop';
      }

      greeting(): string {
        return `the ${this.name()}`;
      }
    }
    class BookShop extends Shop {
      @Wrapped(count)
      override name(): string {
        return `book ${super.name()}`;
      }
    }
    const shop = new BookShop();
    expect(shop.greeting()).toBe('the book shop');
    expect(calls).toEqual([shop, shop]);
  });

  it('finds the method as its author wrote it below every wrapper', () => {
    let written: AnyMethod | undefined;
    class Shop {
      @Wrapped(passOn)
      @Wrapped(passOn)
      @((_target, _key, { value }) => {
        written = value;
      })
      find(): void {}
    }
    const { find } = Shop.prototype;
    expect(find).not.toBe(written);
    expect(originalOf(find)).toBe(written);
    const other: AnyMethod = () => 1;
    expect(originalOf(other)).toBe(other);
  });
});
