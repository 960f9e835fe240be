import { describe, expect, it } from '@jest/globals';
import { findServerProblems } from '../../../src/connection/server-findings.js';

const GOOD = {
  role: 'master',
  maxmemory: '1000',
  maxmemory_policy: 'noeviction',
  used_memory: '500',
  evicted_keys: '0',
  aof_enabled: '1',
  rdb_saves: '0',
  rdb_last_bgsave_status: 'ok',
  aof_last_write_status: 'ok',
};

const kinds = (own: object, roles = ['cache', 'state']) =>
  findServerProblems(new Map(Object.entries({ ...GOOD, ...own })), roles).map(
    ({ kind, severity }) => `${severity} ${kind}`,
  );

describe('findServerProblems', () => {
  it('finds none in a server fit for state and cache, nor in one that says nothing', () => {
    expect(kinds({})).toEqual([]);
    expect(findServerProblems(new Map(), ['cache', 'state'])).toEqual([]);
  });

  it.each([
    ['a server that may evict state', { maxmemory_policy: 'volatile-lru' }, ['problem evicts-state']],
    [
      'a server that evicts state now',
      { maxmemory_policy: 'allkeys-lru', used_memory: '990', evicted_keys: '5' },
      ['problem evicts-state', 'problem evicting-state'],
    ],
    ['a server that refuses writes', { used_memory: '990' }, ['problem memory-full']],
    ['a server without a bound', { maxmemory: '0' }, ['notice memory-unbounded']],
    ['a server that has saved nothing yet', { aof_enabled: '0' }, ['notice not-saved']],
    ['a server that could not save', { rdb_last_bgsave_status: 'err' }, ['problem save-failed']],
    ['a replica', { role: 'slave' }, ['problem read-only']],
  ])('finds %s', (_, own, expected) => {
    expect(kinds(own)).toEqual(expected);
  });

  it.each([
    ['it saves snapshots', { aof_enabled: '0', rdb_saves: '2' }],
    ['it does not say what it has saved', { aof_enabled: '0', rdb_saves: 'unknown' }],
  ])('does not complain of persistence when %s', (_, own) => {
    expect(kinds(own)).toEqual([]);
  });

  it('looks at each for what is kept there only', () => {
    const own = { maxmemory: '0', maxmemory_policy: 'allkeys-lru', aof_enabled: '0' };
    expect(kinds(own, ['cache'])).toEqual(['notice memory-unbounded']);
    expect(kinds(own, ['state'])).toEqual([
      'problem evicts-state',
      'notice not-saved',
      'notice memory-unbounded',
    ]);
    expect(kinds(own, [])).toEqual([]);
  });
});
