import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RestGateway } from '../../../src/connection/rest/rest-gateway.js';
import { startTcpProxy, type TcpProxy } from '../../../src/testing/tcp-proxy.js';
import { failure, restGateway, startRest, type RestServers } from '../../support/rest.js';
import { useRestStub } from '../../support/rest-stub-file.js';
import { drop, first, json, silence, status } from '../../support/rest-stub.js';
import { until } from '../../support/until.js';

const MENDED = json({ result: 'OK' });

describe('A gateway to a REST endpoint', () => {
  const rest = useRestStub();

  describe('that is away', () => {
    it('opens the breaker: nothing is sent but probes, until one is answered', async () => {
      rest.stub.answerWith(drop);
      const { gateway, events } = rest.gatewayTo(rest.stub.endpoint, { retries: 0 });
      const states: string[] = [];
      let connected = 0;
      events.on('connection:availability', ({ state }) => states.push(state));
      events.on('connection:connected', () => connected++);
      for (let i = 0; i < 3; i++) await failure(gateway.send(['INCR', 'k']));
      expect(states).toEqual(['down']);
      expect(await failure(gateway.send(['INCR', 'k']))).toMatchObject({ reason: 'disconnected' });
      await until(() => rest.stub.seen.length >= 5);
      expect(rest.stub.seen.filter(({ body }) => (body as string[])[0] === 'INCR')).toHaveLength(3);
      rest.stub.answerWith(MENDED);
      await until(() => states.length === 2);
      expect(states).toEqual(['down', 'ready']);
      expect(connected).toBe(1);
      expect(await gateway.send(['INCR', 'k'])).toBe('OK');
    });

    it('opens the breaker also for a token that is refused, and closes it when that is accepted', async () => {
      rest.stub.answerWith(status(401));
      const { gateway } = rest.gatewayTo();
      for (let i = 0; i < 3; i++)
        expect(await failure(gateway.send(['INCR', 'k']))).toMatchObject({ code: 'E_REDIS_AUTH' });
      expect(gateway.availability.state).toBe('down');
      rest.stub.answerWith(MENDED);
      await until(() => gateway.availability.state === 'ready');
    });

    it('stays usable when it refuses only PING', async () => {
      rest.stub.answerWith(json({ error: 'ERR Command is not available' }, 400));
      const { gateway } = rest.gatewayTo();
      await gateway.open(1_000);
      expect(gateway.availability.state).toBe('ready');
    });

    it('is waited for at boot, and no longer than was said', async () => {
      rest.stub.answerWith(first(2, drop, MENDED));
      await rest.gatewayTo().gateway.open(2_000);
      for (const answer of [drop, silence]) {
        rest.stub.answerWith(answer);
        const { gateway } = rest.gatewayTo();
        expect(await failure(gateway.open(300))).toMatchObject({ code: 'E_REDIS_UNAVAILABLE' });
        expect(gateway.availability.state).toBe('down');
      }
    });

    it.each([
      ['HTTP 401', status(401)],
      ['WRONGPASS', json({ error: 'WRONGPASS invalid or missing auth token' }, 400)],
    ])('is not waited for when it answers %s', async (word, answer) => {
      rest.stub.answerWith(answer);
      const error = await failure(rest.gatewayTo().gateway.open(5_000));
      expect(error).toMatchObject({ code: 'E_REDIS_AUTH', replyCode: word });
      expect(error.message).toContain('check its token (REDIS_REST_TOKEN)');
      expect(rest.stub.seen).toHaveLength(1);
    });

    it('keeps nobody waiting who closes', async () => {
      rest.stub.answerWith((response) => setTimeout(() => MENDED(response, []), 30));
      const patient = rest.gatewayTo();
      const answered = patient.gateway.send(['SET', 'k', 'v']);
      const closing = patient.gateway.close(1_000);
      expect(await failure(patient.gateway.send(['GET', 'k']))).toMatchObject({ reason: 'closed' });
      expect(await answered).toBe('OK');
      await closing;
      rest.stub.answerWith(silence);
      const hurried = rest.gatewayTo(rest.stub.endpoint, { commandTimeoutMs: 60_000 });
      const cut = failure(hurried.gateway.send(['SET', 'k', 'v']));
      await until(() => rest.stub.seen.length === 1);
      await hurried.gateway.close(10);
      expect(await cut).toMatchObject({ reason: 'closed' });
    });
  });

  describe('before a real server', () => {
    let servers: RestServers;
    let proxy: TcpProxy;
    let gateway: RestGateway;

    beforeAll(async () => {
      servers = await startRest();
      const { shim } = servers;
      proxy = await startTcpProxy({ target: `redis://${shim.host}:${shim.port}` });
      ({ gateway } = restGateway(
        { url: `http://${proxy.host}:${proxy.port}`, token: shim.token },
        { commandTimeoutMs: 1_000 },
      ));
    });
    afterAll(async () => {
      await gateway?.close(100);
      await proxy?.stop();
      await servers?.stop();
    });

    it('counts once what it answered too late to hear', async () => {
      const direct = rest.gatewayTo(servers.shim).gateway;
      expect(await gateway.send(['INCR', 'once'])).toBe(1);
      // One after the other so quickly, requests go over two connections in turn.
      for (let i = 0; i < 3; i++) await gateway.send(['PING']);
      proxy.cutReplies(20, 'close');
      expect(await failure(gateway.send(['INCR', 'once']))).toMatchObject({ reason: 'disconnected' });
      expect(await direct.send(['GET', 'once'])).toBe('2');
      // The other connection is still cut: this read is sent twice.
      expect(await gateway.send(['GET', 'once'])).toBe('2');
    });

    it('fails within the limit while the endpoint, or the server behind it, is frozen', async () => {
      proxy.freeze();
      expect(await failure(gateway.send(['GET', 'k'], { timeoutMs: 50 }))).toMatchObject({
        reason: 'timeout',
      });
      proxy.resume();
      await servers.redis.freeze();
      expect(await failure(gateway.send(['GET', 'k'], { timeoutMs: 50 }))).toMatchObject({
        reason: 'timeout',
      });
      await servers.redis.resume();
      await until(async () => (await gateway.send(['PING'])) === 'PONG');
    });

    it('comes back by itself after the server behind it, and then the endpoint, were gone', async () => {
      await servers.redis.kill();
      for (let i = 0; i < 3; i++)
        expect(await failure(gateway.send(['INCR', 'k']))).toMatchObject({ reason: 'bad-answer' });
      expect(gateway.availability.state).toBe('down');
      await servers.redis.restart();
      await until(() => gateway.availability.state === 'ready');
      proxy.drop({ refuseNew: true });
      for (let i = 0; i < 3; i++)
        expect(await failure(gateway.send(['INCR', 'k']))).toMatchObject({ reason: 'disconnected' });
      proxy.resume();
      await until(() => gateway.availability.state === 'ready');
      expect(await gateway.send(['INCR', 'k'])).toBe(1);
    });
  });
});
