import { describe, expect, it } from '@jest/globals';
import { parseRedisUrl, urlProblem } from '../../../src/connection/redis-url.js';

describe('parseRedisUrl', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', tls: false }],
    ['redis://localhost/', { host: 'localhost', tls: false }],
    ['redis://my_redis:6380', { host: 'my_redis', port: 6380, tls: false }],
    ['redis://127.0.0.1:6379/3', { host: '127.0.0.1', port: 6379, db: 3, tls: false }],
    ['rediss://redis.example.com:6379/0', { host: 'redis.example.com', port: 6379, db: 0, tls: true }],
    ['REDISS://Redis.Example.com', { host: 'Redis.Example.com', tls: true }],
    ['redis://:pass@h', { host: 'h', password: 'pass', tls: false }],
    ['redis://user:pass@h', { host: 'h', username: 'user', password: 'pass', tls: false }],
    ['redis://user@h', { host: 'h', username: 'user', tls: false }],
    [
      'redis://us%40er:p%3Aa%2Fs%23s%3F%25@h',
      { host: 'h', username: 'us@er', password: 'p:a/s#s?%', tls: false },
    ],
    ['redis://[::1]:6379/1', { host: '::1', port: 6379, db: 1, tls: false }],
    ['unix:///run/redis.sock', { path: '/run/redis.sock', tls: false }],
    ['unix:///srv/my%20redis/redis.sock', { path: '/srv/my redis/redis.sock', tls: false }],
    ['redis://[2001:db8::1]', { host: '2001:db8::1', tls: false }],
  ])('takes %s apart', (url, parts) => {
    expect(urlProblem(url)).toBeNull();
    expect(parseRedisUrl(url)).toEqual(parts);
  });
});

describe('urlProblem', () => {
  it.each([
    ['', 'is no URL'],
    ['localhost', 'is no URL'],
    ['//localhost', 'is no URL'],
    ['redis://h:port', 'is no URL'],
    ['redis://h:65536', 'is no URL'],
    ['redis://:hunter2#rest@h', 'is no URL'],
    ['localhost:6379', 'has another scheme'],
    ['http://h', 'has another scheme'],
    ['redis+sentinel://h', 'has another scheme'],
    ['hunter2:x@h', 'has another scheme'],
    ['unix://run/redis.sock', 'names no file; write three slashes'],
    ['unix://user:hunter2@/run/redis.sock', 'is no URL'],
    ['unix:///', 'names no file'],
    ['unix:///run/redis.sock?db=1', 'names no file'],
    ['redis:h', 'names no host'],
    ['redis://', 'names no host'],
    ['redis:///0', 'names no host'],
    ['redis://h:0', 'has the port 0'],
    ['redis://:100%@h', 'has a % in its credentials that is not written %25'],
    ['redis://hunter%:x@h', 'has a % in its credentials that is not written %25'],
    ['redis://h/zero', 'has a path that is no database number'],
    ['redis://h/1/2', 'has a path that is no database number'],
    ['redis://h/-1', 'has a path that is no database number'],
    ['redis://user:123/hunter2@h', 'has a path that is no database number'],
    ['redis://user:123#hunter2@h', 'has a ? or # (in a password: %3F, %23), which says nothing here'],
    ['redis://user:123?hunter2@h', 'has a ? or # (in a password: %3F, %23), which says nothing here'],
    ['redis://h?tls=true', 'has a ? or # (in a password: %3F, %23), which says nothing here'],
  ])('says that %j %s', (url, problem) => {
    expect(urlProblem(url)).toBe(problem);
  });
});
