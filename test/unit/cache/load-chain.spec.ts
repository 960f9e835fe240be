import { describe, expect, it } from '@jest/globals';
import { LoadChain, newFlight } from '../../../src/cache/load/load-chain.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const partOf = (...keys: string[]) => ({ keys, flight: newFlight(1, 'token') });

describe('the chain of loads', () => {
  it('knows what the present code loads, over turns of the event loop, and nothing outside', async () => {
    const chain = new LoadChain();
    const inside = chain.run(partOf('a', 'b'), async () => {
      await turn();
      return ['a', 'b', 'c'].map((key) => chain.isLoading(key));
    });
    expect([chain.isInside, chain.isLoading('a')]).toEqual([false, false]);
    expect(await inside).toEqual([true, true, false]);
    chain.left();
    expect(chain.isInside).toBe(false);
  });

  it('goes on for a loader when another one ends, within it or beside it', async () => {
    const chain = new LoadChain();
    const outer = chain.run(partOf('outer'), async () => {
      await chain.run(partOf('inner'), async () => {
        await turn();
        expect([chain.isLoading('outer'), chain.isLoading('inner')]).toEqual([true, true]);
      });
      chain.left();
      chain.run(null, () => undefined);
      chain.left();
      await turn();
      return [chain.isLoading('outer'), chain.isLoading('inner')];
    });
    expect(await outer).toEqual([true, false]);
    chain.left();
  });

  it('begins anew after the last loader has ended, for code too that an old one has left behind', async () => {
    const chain = new LoadChain();
    const old = partOf('old');
    let goOn = () => {};
    const leftBehind = chain.run(old, async () => {
      await new Promise<void>((resolve) => (goOn = resolve));
      return chain.run(partOf('new'), async () => {
        await turn();
        return [chain.isLoading('old'), chain.isLoading('new')];
      });
    });
    old.flight.isOver = true;
    chain.left();
    expect(chain.isInside).toBe(false);
    goOn();
    expect(await leftBehind).toEqual([false, true]);
    chain.left();
    expect(chain.isInside).toBe(false);
  });
});
