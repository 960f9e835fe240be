import { describe, expect, it } from '@jest/globals';
import { decoratedMethod, type DecoratedMethod } from '../../../src/common/decorated-method.js';
import { InvalidOptionsError } from '../../../src/common/errors.js';

/** Applies a decorator by hand, so that misplaced ones can be written down. */
function decorate(target: object, key: string | symbol): DecoratedMethod {
  return decoratedMethod('@Cached', target, [key, Object.getOwnPropertyDescriptor(target, key)]);
}

const SYMBOL = Symbol('find');

class Shop {
  static open(): void {}

  property = () => {};

  find(): void {}

  async [SYMBOL](): Promise<void> {}

  get name(): string {
    return '';
  }
}

describe('decoratedMethod', () => {
  it('names the method', () => {
    const method = decorate(Shop.prototype, 'find');
    expect(method).toMatchObject({ target: Shop.prototype, key: 'find', label: 'Shop.find' });
    expect(method.descriptor.value).toBe(Shop.prototype.find);
  });

  it('names a method by symbol', () => {
    expect(decorate(Shop.prototype, SYMBOL).label).toBe('Shop.Symbol(find)');
  });

  it.each<[string, object, string, string]>([
    ['a static method', Shop, 'open', 'is a static method'],
    ['an accessor', Shop.prototype, 'name', 'is no method'],
    ['a property that holds a function', Shop.prototype, 'property', 'is no method'],
  ])('refuses %s, with the mend', (_, target, key, found) => {
    const refused = () => decorate(target, key);
    expect(refused).toThrow(InvalidOptionsError);
    expect(refused).toThrow(
      `@Cached on Shop.${key}: 1 option cannot be used.\n` +
        `  - Shop.${key}: ${found}; put the decorator on an instance method of a provider or controller`,
    );
  });
});
