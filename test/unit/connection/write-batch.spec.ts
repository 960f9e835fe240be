import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { RedisClient } from '../../../src/connection/connection.options.js';
import { WriteBatch } from '../../../src/connection/write-batch.js';

/** Notes in how many pieces it is written to. */
function makeStream() {
  const pieces: string[][] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _, done) => {
      pieces.push([chunk]);
      done();
    },
    writev: (chunks, done) => {
      pieces.push(chunks.map(({ chunk }) => String(chunk)));
      done();
    },
  });
  return { stream, pieces };
}

const clientOf = (parts: object) => parts as RedisClient;

describe('a batch of writes', () => {
  it('is sent in one piece when the code that runs has ended, microtasks included', async () => {
    const { stream, pieces } = makeStream();
    const batch = new WriteBatch(clientOf({ stream }));
    const write = (text: string) => {
      batch.open();
      stream.write(text);
    };
    await new Promise((resolve) => setImmediate(resolve));
    write('a');
    write('b');
    void Promise.resolve().then(() => write('c'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(pieces).toEqual([['a', 'b', 'c']]);
    write('d');
    await new Promise((resolve) => setImmediate(resolve));
    expect(pieces).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('is sent before, when there is something that must not wait', async () => {
    const { stream, pieces } = makeStream();
    const batch = new WriteBatch(clientOf({ stream }));
    batch.open();
    stream.write('a');
    batch.flush();
    stream.write('at once');
    expect(pieces).toEqual([['a'], ['at once']]);
    batch.flush();
    batch.open();
    stream.write('b');
    stream.write('c');
    await new Promise((resolve) => setImmediate(resolve));
    expect(pieces).toEqual([['a'], ['at once'], ['b', 'c']]);
  });

  it('is not made for a client that has no stream of its own', () => {
    expect(() => new WriteBatch(clientOf({})).open()).not.toThrow();
    expect(() => new WriteBatch(clientOf({ stream: undefined })).open()).not.toThrow();
  });
});
