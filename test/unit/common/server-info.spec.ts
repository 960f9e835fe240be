import { describe, expect, it } from '@jest/globals';
import { infoNumber, parseServerInfo } from '../../../src/common/server-info.js';

const INFO = [
  '# Memory',
  'used_memory:1048576',
  'maxmemory_policy:allkeys-lru',
  'mem_fragmentation_ratio:1.25',
  '',
  '# Keyspace',
  'db0:keys=1,expires=0,avg_ttl=0',
  'config_file:C:/redis.conf',
  'empty:',
  ':nameless',
  '',
].join('\r\n');

describe('parseServerInfo', () => {
  it('reads fields by name, whatever their value holds', () => {
    expect([...parseServerInfo(INFO)]).toEqual([
      ['used_memory', '1048576'],
      ['maxmemory_policy', 'allkeys-lru'],
      ['mem_fragmentation_ratio', '1.25'],
      ['db0', 'keys=1,expires=0,avg_ttl=0'],
      ['config_file', 'C:/redis.conf'],
      ['empty', ''],
    ]);
  });

  it('reads nothing from nothing', () => {
    expect(parseServerInfo('').size).toBe(0);
  });
});

describe('infoNumber', () => {
  it.each([
    ['used_memory', 1_048_576],
    ['mem_fragmentation_ratio', 1.25],
    ['maxmemory_policy', null],
    ['empty', null],
    ['missing', null],
  ])('answers %s with %p', (field, value) => {
    expect(infoNumber(parseServerInfo(INFO), field)).toBe(value);
  });
});
