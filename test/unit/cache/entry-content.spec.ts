import { describe, expect, it } from '@jest/globals';
import {
  markAwaited,
  MARKER_START,
  readContent,
  writeFailure,
  writeMarker,
  writeValue,
} from '../../../src/cache/entry/entry-content.js';

describe('a value', () => {
  it('without tags or codec is the plain body', () => {
    expect(writeValue({ body: '{"a":1}', tags: [] })).toBe('{"a":1}');
    expect(readContent('{"a":1}')).toEqual({ kind: 'value', body: '{"a":1}', tags: [] });
  });

  it('with tags or a codec has a line before its body that says so', () => {
    const content = writeValue({ codec: 'rich', body: '"a\nb"', tags: [['users', 'v1']] });
    expect(content).toBe('~{"codec":"rich","tags":[["users","v1"]]}\n"a\nb"');
    expect(readContent(content)).toEqual({
      kind: 'value',
      codec: 'rich',
      body: '"a\nb"',
      tags: [['users', 'v1']],
    });
  });
});

describe('a value that grows old', () => {
  it('says when', () => {
    const value = { body: '1', tags: [], freshness: { until: 50, refreshFrom: 50 } };
    expect(writeValue(value)).toBe('~{"fresh":50}\n1');
    expect(readContent(writeValue(value))).toEqual({ kind: 'value', ...value });
    const early = { ...value, freshness: { until: 50, refreshFrom: 40 } };
    expect(readContent(writeValue(early))).toEqual({ kind: 'value', ...early });
  });
});

describe('a failure', () => {
  it('is told from a value', () => {
    const failure = { codec: 'rich', body: '{}', tags: [['users', 'v1'] as const] };
    expect(readContent(writeFailure(failure))).toEqual({ kind: 'failure', ...failure });
  });
});

describe('a marker', () => {
  it('is told from every value', () => {
    const marker = writeMarker({ token: 'p.1', awaited: false, tags: [['users', 'v1']] });
    expect(marker.startsWith(MARKER_START)).toBe(true);
    expect(readContent(marker)).toEqual({
      kind: 'loading',
      token: 'p.1',
      awaited: false,
      tags: [['users', 'v1']],
    });
    expect(readContent(markAwaited(marker))).toMatchObject({
      token: 'p.1',
      awaited: true,
      tags: [['users', 'v1']],
    });
  });

  it('carries the value that it stands for', () => {
    const old = {
      kind: 'value',
      codec: 'rich',
      body: '"a\nb"',
      tags: [['users', 'v0'] as const],
      freshness: { until: 50, refreshFrom: 40 },
    } as const;
    const marker = writeMarker({ token: 'p.1', awaited: false, tags: [], old, leaseUntil: 60 });
    expect(marker.startsWith(MARKER_START)).toBe(true);
    expect(readContent(marker)).toMatchObject({ kind: 'loading', token: 'p.1', old, leaseUntil: 60 });
    expect(readContent(markAwaited(marker))).toMatchObject({ awaited: true, old, leaseUntil: 60 });
  });
});

describe('what is not ours', () => {
  it.each([
    '~',
    '~{',
    '~null\nx',
    '~{"codec":5}\nx',
    '~{"tags":[["a"]]}\nx',
    '~{"tags":7}\nx',
    '~{"codec":"rich"}',
    '~{"fresh":"soon"}\nx',
    '~{"loading":"p.1","old":{}}',
    '~{"loading":"p.1","old":{"tags":7}}\nx',
    '~1',
  ])('is unreadable, not an error: %j', (content) => {
    expect(readContent(content)).toEqual({ kind: 'unreadable' });
  });
});
