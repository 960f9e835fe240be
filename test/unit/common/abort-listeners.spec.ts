import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { onAbort } from '../../../src/common/abort-listeners.js';

describe('onAbort', () => {
  it('calls everybody once, with one listener on the signal', () => {
    const abort = new AbortController();
    const called: number[] = [];
    for (let i = 0; i < 20; i++) onAbort(abort.signal, () => called.push(i));
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1);
    abort.abort();
    expect(called).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('leaves out who has stopped, and calls at once who comes too late', () => {
    const abort = new AbortController();
    const called: string[] = [];
    const listener = () => void called.push('twice');
    const stop = onAbort(abort.signal, listener);
    onAbort(abort.signal, listener);
    stop();
    abort.abort();
    onAbort(abort.signal, () => called.push('late'));
    expect(called).toEqual(['twice', 'late']);
  });
});
