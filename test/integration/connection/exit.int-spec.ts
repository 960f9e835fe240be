import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findFreePort } from '../../../src/testing/free-port.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { runProgram } from '../../support/run-program.js';

/** Opens what `CONNECTION` says, does `use` with it, closes it, and has nothing left to keep the process alive. */
function program(use: string): string {
  return `
    import { openRegistry } from './test/support/registry.ts';
    const connection = JSON.parse(process.env.CONNECTION);
    const { registry, gateway, events } = await openRegistry(connection, { defaults: { bootTimeout: 100, commandTimeout: 200 } });
    ${use}
    await registry.close();
    await registry.close();
    const refused = await gateway().send(['PING']).catch((error) => error.reason);
    console.log(refused);`;
}

const USES = {
  nothing: '',
  'commands, messages and scripts': `
    await gateway().subscribe('channel', { onMessage() {} });
    await gateway().run({ script: { name: 'one-0', source: 'return 1' }, keys: [] });
    for await (const keys of gateway().scan('*')) keys.length;`,
  'a call that is on its way': `gateway().send(['BLPOP', 'none', 0]).catch(() => {});`,
};

describe('A process whose connections are closed ends by itself', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  const end = async (connection: unknown, use = '') => {
    const { code, stdout, stderr } = await runProgram(program(use), {
      env: { CONNECTION: JSON.stringify(connection) },
    });
    expect(stderr).toBe('');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'closed\n' });
  };

  it.each(Object.entries(USES))('after %s', (_, use) => end(server.url, use));

  it('after no call of a lazy connection', () => end({ url: server.url, lazyConnect: true }));

  it('when the server was away all the time', async () => {
    await end({ host: '127.0.0.1', port: await findFreePort() });
  });

  it('when the server does not answer', async () => {
    const frozen = await startRedis();
    const { url } = frozen;
    await frozen.freeze();
    await end(url, `gateway().send(['PING']).catch(() => {});`);
    await frozen.stop();
  });

  it('when the server went away meanwhile', async () => {
    const own = await startRedis();
    await end(own.url, `await gateway().send(['SHUTDOWN', 'NOSAVE']).catch(() => {});`);
    await own.stop();
  });

  it('with the embedded server, which ends with its connection', () =>
    end({ embedded: true }, USES['commands, messages and scripts']));
});
