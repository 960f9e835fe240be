import { describe, expect, it } from '@jest/globals';
import { CacheMeters } from '../../../src/cache/stats/cache-meters.js';
import { CacheTrace } from '../../../src/cache/stats/cache-trace.js';
import { SuiteEvents } from '../../../src/common/events.js';

describe('CacheMeters', () => {
  it('counts a thousand caches by name and the rest together, so that names cannot fill the memory', () => {
    const meters = new CacheMeters(new SuiteEvents(), new CacheTrace());
    for (let tenant = 0; tenant < 1_500; tenant++) meters.of(`tenant-${tenant}`).hit(1, 'l2');
    const { caches, hits } = meters.stats();
    expect(Object.keys(caches)).toHaveLength(1_001);
    expect(caches['tenant-999']?.hits).toBe(1);
    expect(caches['others']?.hits).toBe(500);
    expect(hits).toBe(1_500);
  });
});
