import { describe, expect, it } from '@jest/globals';
import { CacheUnavailableError } from '../../../src/cache/cache.errors.js';
import { RedisReplyError, RedisUnavailableError } from '../../../src/connection/connection.errors.js';

describe('CacheUnavailableError', () => {
  it('says that Redis is away when it is', () => {
    const cause = new RedisUnavailableError('cache', 'timeout');
    expect(new CacheUnavailableError('delete', { cause }).message).toMatch(
      /^The cache could not delete: Redis is unavailable\. /,
    );
  });

  it('says what the server refused when it answered', () => {
    const detail = "User app has no permissions to run the 'unlink' command";
    const reply = { connection: 'cache', command: 'UNLINK', replyCode: 'NOPERM', detail };
    const error = new CacheUnavailableError('delete', { cause: new RedisReplyError(reply) });
    expect(error.message).toContain(`Redis connection 'cache' refused UNLINK: NOPERM ${detail}. `);
    expect(error.message).not.toContain('unavailable');
  });
});
