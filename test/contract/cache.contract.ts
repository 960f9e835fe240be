import { afterAll, beforeAll } from '@jest/globals';
import type { OpenCache } from '../support/cache.js';
import type { MakeCache } from './cache/cache-maker.js';
import { bulk, removal, tags } from './cache/finding.js';
import { freshness } from './cache/freshness.js';
import { fences, singleFlight } from './cache/loads.js';
import { spaces } from './cache/spaces.js';
import { expiry, values } from './cache/values.js';

/** Is what a cache does on every server it can stand on. */
export function cacheContract(open: MakeCache): void {
  // A server that a busy machine keeps from answering within `cache.timeout` is done without, which is another contract.
  const make: MakeCache = ({ options, ...others } = {}) =>
    open({ ...others, options: { timeout: '10s', ...options } });
  contractOf(make);
}

function contractOf(make: MakeCache): void {
  let opened: OpenCache | undefined;
  beforeAll(async () => (opened = await make()));
  afterAll(() => opened?.close());
  const open = () => opened!;

  values(open);
  expiry(open);
  tags(open);
  bulk(open);
  removal(open);
  spaces(open, make);
  singleFlight(open, make);
  fences(open);
  freshness(open, make);
}
