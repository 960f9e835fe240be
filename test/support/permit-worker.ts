/** Takes permits and holds them until it is killed: a program for tests of calls in flight in several processes. */
import type { ConcurrencyPolicy } from '../../src/rate-limit/policies/concurrency.options.js';
import { openGateway } from './gateway.js';
import { limitsOver, PATIENT } from './rate-limits.js';

const [, , url = '', namespace = '', policy = '{}', tries = '1'] = process.argv;
const { gateway } = await openGateway(url);
const limits = limitsOver(gateway, { namespace, ...PATIENT });
const wanted = JSON.parse(policy) as ConcurrencyPolicy;
const settled = await Promise.allSettled(
  Array.from({ length: Number(tries) }, () => limits.acquire(wanted, 'everybody')),
);
process.send?.(settled.filter(({ status }) => status === 'fulfilled').length);
process.on('disconnect', () => process.exit());
