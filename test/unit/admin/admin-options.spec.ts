import { describe, expect, it } from '@jest/globals';
import { RedisAdminModule } from '../../../src/admin/redis-admin.module.js';
import type { RedisAdminOptions } from '../../../src/admin/admin.options.js';

class Guard {
  canActivate(): boolean {
    return true;
  }
}

describe('RedisAdminModule.forRoot', () => {
  it.each<[string, RedisAdminOptions | undefined]>([
    ['no options', undefined],
    ['no guards', { path: 'ops' }],
    ['an empty list', { guards: [] }],
    ['authorize alone', { authorize: () => true }],
    ['allowUnauthenticated: false', { allowUnauthenticated: false }],
  ])('refuses to be open by oversight: %s', (_, options) => {
    expect(() => RedisAdminModule.forRoot(options)).toThrow(
      /guards: names no guard.*allowUnauthenticated: true/s,
    );
  });

  it('takes guards as classes and as instances, or none when told so', () => {
    expect(() => RedisAdminModule.forRoot({ guards: [Guard, new Guard()] })).not.toThrow();
    expect(() => RedisAdminModule.forRoot({ allowUnauthenticated: true })).not.toThrow();
  });

  it('lists every bad option at once', () => {
    const options = {
      path: 'a b',
      guards: ['admin'],
      authorize: 'all',
      colour: 'red',
    } as unknown as RedisAdminOptions;
    const boot = () => RedisAdminModule.forRoot(options);
    for (const path of ['path', 'guards', 'authorize', 'colour']) expect(boot).toThrow(`- ${path}: `);
  });

  it('makes controllers of its own for every call', () => {
    const [one, other] = [1, 2].map(() => RedisAdminModule.forRoot({ guards: [Guard] }).controllers);
    expect(one?.length).toBe(other?.length);
    for (const controller of one ?? []) expect(other).not.toContain(controller);
  });
});
