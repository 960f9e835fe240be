import { describe, expect, it } from '@jest/globals';
import type { RestGateway } from '../../../src/connection/rest/rest-gateway.js';
import { block } from '../../support/block.js';
import { failure } from '../../support/rest.js';
import { useRestStub } from '../../support/rest-stub-file.js';
import {
  drop,
  first,
  half,
  json,
  silence,
  startRestStub,
  status,
  STUB_TOKEN,
  type StubAnswer,
} from '../../support/rest-stub.js';
import { until } from '../../support/until.js';

const SECRET = 'secret-argument';
const SCRIPT = { name: 'count-1', source: "return redis.call('INCR', KEYS[1])" };

const MENDED = json({ result: 'OK' });

describe('A gateway to a REST endpoint', () => {
  const rest = useRestStub();

  describe('that answers badly', () => {
    const CASES: [string, StubAnswer, object][] = [
      ['nothing, ever', silence, { code: 'E_REDIS_UNAVAILABLE', reason: 'timeout' }],
      ['by ending the connection', drop, { code: 'E_REDIS_UNAVAILABLE', reason: 'disconnected' }],
      ['half a body, then an end', half('close'), { code: 'E_REDIS_UNAVAILABLE', reason: 'disconnected' }],
      ['half a body, then nothing', half('stall'), { code: 'E_REDIS_UNAVAILABLE', reason: 'timeout' }],
      ['500', status(500, SECRET), { code: 'E_REDIS_UNAVAILABLE', reason: 'bad-answer' }],
      ['502', status(502, '<html>'), { code: 'E_REDIS_UNAVAILABLE', reason: 'bad-answer' }],
      ['503', json({ error: SECRET }, 503), { code: 'E_REDIS_UNAVAILABLE', reason: 'bad-answer' }],
      ['429', json({ error: SECRET }, 429), { code: 'E_REDIS_UNAVAILABLE', reason: 'throttled' }],
      ['a page', status(200, `<p>${SECRET}`), { code: 'E_REDIS_UNAVAILABLE', reason: 'bad-answer' }],
      ['404', status(404, 'Not found'), { code: 'E_REDIS_UNAVAILABLE', reason: 'bad-answer' }],
      ['other JSON', json({ value: SECRET }), { code: 'E_REDIS_UNAVAILABLE', reason: 'bad-answer' }],
      ['null', json(null), { code: 'E_REDIS_UNAVAILABLE', reason: 'bad-answer' }],
      ['an empty body', status(200), { code: 'E_REDIS_UNAVAILABLE', reason: 'bad-answer' }],
      ['401', json({ error: 'Unauthorized' }, 401), { code: 'E_REDIS_AUTH', replyCode: 'HTTP 401' }],
      ['403', status(403), { code: 'E_REDIS_AUTH', replyCode: 'HTTP 403' }],
      ['LOADING', json({ error: 'LOADING' }, 400), { code: 'E_REDIS_UNAVAILABLE', reason: 'loading' }],
      ['READONLY', json({ error: 'READONLY x' }), { code: 'E_REDIS_UNAVAILABLE', reason: 'read-only' }],
      [
        'an error without a code',
        json({ error: 'max request size exceeded' }, 400),
        { code: 'E_REDIS_REPLY', replyCode: 'ERR', command: 'SET' },
      ],
      [
        'that the quota is used up',
        json({ error: 'ERR max daily request limit exceeded. Limit: 10000, Usage: 10000.' }, 400),
        { code: 'E_REDIS_UNAVAILABLE', reason: 'throttled' },
      ],
      [
        'an error that quotes arguments',
        json({ error: `ERR unknown command 'SET', with args beginning with: '${SECRET}'` }, 400),
        { code: 'E_REDIS_REPLY', replyCode: 'ERR' },
      ],
    ];

    it.each(CASES)('%s, is an error of ours that shows no secret', async (_, answer, expected) => {
      rest.stub.answerWith(answer);
      const { gateway, events } = rest.gatewayTo();
      const told: string[] = [];
      events.on('connection:error', ({ message }) => told.push(message));
      const error = await failure(gateway.send(['SET', 'key-of-somebody', SECRET]));
      expect(error).toMatchObject({ connection: 'state', ...expected });
      const everything = [error.stack, JSON.stringify(error), String(error.cause), ...told].join('\n');
      for (const hidden of [SECRET, STUB_TOKEN, 'key-of-somebody']) expect(everything).not.toContain(hidden);
      expect(rest.stub.seen).toEqual([{ path: '/', body: ['SET', 'key-of-somebody', SECRET] }]);
    });

    it('a refusal, is told by its code', async () => {
      rest.stub.answerWith(json({ error: 'OOM command not allowed' }, 400));
      const { gateway, events } = rest.gatewayTo();
      const told: unknown[] = [];
      events.on('connection:refusal', (refusal) => told.push(refusal));
      await failure(gateway.send(['SET', 'k', SECRET]));
      await failure(gateway.run({ script: SCRIPT, keys: ['k'] }));
      expect(told).toEqual([
        { connection: 'state', command: 'SET', replyCode: 'OOM' },
        { connection: 'state', command: 'count-1', replyCode: 'OOM' },
      ]);
    });

    it('that its quota is used up, is away until the quota is new', async () => {
      rest.stub.answerWith(json({ error: 'ERR max requests limit exceeded' }, 400));
      const { gateway } = rest.gatewayTo();
      for (let call = 0; call < 3; call++) await failure(gateway.send(['SET', 'k', 'v']));
      expect(gateway.availability.state).toBe('down');
      rest.stub.answerWith(MENDED);
      await until(() => gateway.availability.state === 'ready');
    });

    // Seen to fail when the wall clock is asked: ten slow calls in a row make the endpoint a slow one.
    it('while this process stands still, is not slow', async () => {
      rest.stub.answerWith((response, seen) => {
        block(120);
        MENDED(response, seen);
      });
      const { gateway } = rest.gatewayTo();
      for (let call = 0; call < 12; call++) await gateway.send(['SET', 'k', 'v']);
      expect(gateway.availability.state).toBe('ready');
    });

    it('a redirect, is not followed', async () => {
      const other = await startRestStub();
      rest.stub.answerWith(status(308, '', { location: other.endpoint.url }));
      const error = await failure(rest.gatewayTo().gateway.send(['GET', 'k']));
      expect(error).toMatchObject({ reason: 'bad-answer' });
      expect(other.seen).toEqual([]);
      await other.stop();
    });

    it.each<[string, StubAnswer, object]>([
      ['a list that is too short', json([{ result: 1 }]), { reason: 'bad-answer' }],
      ['a list of something else', json([1, 2]), { reason: 'bad-answer' }],
      ['one error for all', json({ error: 'ERR max request size exceeded' }, 400), { code: 'E_REDIS_REPLY' }],
    ])('several commands by %s, fails as one', async (_, answer, expected) => {
      rest.stub.answerWith(answer);
      const call = rest.gatewayTo().gateway.sendMany([
        ['SET', 'a', '1'],
        ['SET', 'b', '2'],
      ]);
      expect(await failure(call)).toMatchObject(expected);
    });

    it('an argument that is no text, is not sent', async () => {
      rest.stub.answerWith(MENDED);
      const call = rest.gatewayTo().gateway.send(['SET', 'k', Buffer.from([0xff, 0x00])]);
      expect(await failure(call)).toMatchObject({ code: 'E_REDIS_UNSUPPORTED' });
      expect(rest.stub.seen).toEqual([]);
      expect(await rest.gatewayTo().gateway.send(['SET', 'k', Buffer.from('text ü')])).toBe('OK');
      expect(rest.stub.seen).toEqual([{ path: '/', body: ['SET', 'k', 'text ü'] }]);
    });
  });

  describe('that fails once', () => {
    const commandsSent = () => rest.stub.seen.map(({ body }) => (body as unknown[])[0]);
    const BAD: [string, StubAnswer][] = [
      ['ends the connection', drop],
      ['sends half a body', half('close')],
      ['answers 503', status(503)],
      ['answers 429', status(429)],
      ['answers no JSON', status(200, 'oops')],
    ];
    const CHANGES: [string, (gateway: RestGateway) => Promise<unknown>][] = [
      ['INCR', (gateway) => gateway.send(['INCR', 'k'])],
      ['SET', (gateway) => gateway.send(['SET', 'k', 'v'])],
      ['DEL', (gateway) => gateway.send(['DEL', 'k'])],
      ['a script', (gateway) => gateway.run({ script: SCRIPT, keys: ['k'] })],
      ['a read among writes', (gateway) => gateway.sendMany([['GET', 'k'], ['INCR', 'k']])], // prettier-ignore
    ];

    describe.each(BAD)('and %s', (_, answer) => {
      it.each(CHANGES)('is asked for %s only once', async (_name, call) => {
        rest.stub.answerWith(first(1, answer, MENDED));
        await failure(call(rest.gatewayTo(rest.stub.endpoint, { retries: 5 }).gateway));
        expect(rest.stub.seen).toHaveLength(1);
      });

      it('is asked for a read again', async () => {
        rest.stub.answerWith(first(1, answer, json({ result: 'dg==' })));
        expect(await rest.gatewayTo().gateway.send(['GET', 'k'])).toBe('v');
        expect(commandsSent()).toEqual(['GET', 'GET']);
        rest.stub.answerWith(first(1, answer, json([{ result: 'dg==' }, { result: null }])));
        const reads = rest.gatewayTo().gateway.sendMany([['get', 'k'], ['GET', 'l']]); // prettier-ignore
        expect(await reads).toEqual(['v', null]);
        expect(rest.stub.seen).toHaveLength(2);
      });
    });

    it('is asked for a read as often as `retries` says', async () => {
      for (const retries of [0, 1, 3]) {
        rest.stub.answerWith(drop);
        await failure(
          rest.gatewayTo(rest.stub.endpoint, { retries, commandTimeoutMs: 2_000 }).gateway.send(['GET', 'k']),
        );
        expect(rest.stub.seen).toHaveLength(1 + retries);
      }
    });

    it('is not asked again with a token that it refused, nor for what it refused', async () => {
      for (const answer of [status(401), json({ error: 'WRONGTYPE no' }, 400)]) {
        rest.stub.answerWith(answer);
        await failure(rest.gatewayTo().gateway.send(['GET', 'k']));
        expect(rest.stub.seen).toHaveLength(1);
      }
    });

    it('is given the source of a script that it does not know, once', async () => {
      const unknown = json({ error: 'NOSCRIPT No matching script. Please use EVAL.' }, 400);
      rest.stub.answerWith(first(1, unknown, json({ result: 7 })));
      const { gateway } = rest.gatewayTo();
      expect(await gateway.run({ script: SCRIPT, keys: ['k'], args: [1, 'b'] })).toBe(7);
      expect(rest.stub.seen.map(({ body }) => body)).toEqual([
        ['EVALSHA', expect.stringMatching(/^[0-9a-f]{40}$/), '1', 'k', '1', 'b'],
        ['EVAL', SCRIPT.source, '1', 'k', '1', 'b'],
      ]);
      rest.stub.answerWith(first(1, unknown, drop));
      await failure(gateway.run({ script: SCRIPT, keys: ['k'] }));
      expect(commandsSent()).toEqual(['EVALSHA', 'EVAL']);
    });
  });
});
