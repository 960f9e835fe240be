import { describe, expect, it } from '@jest/globals';
import {
  markAwaited,
  MARKER_START,
  readContent,
  writeMarker,
  writeValue,
} from '../../../src/cache/entry-content.js';

describe('a value', () => {
  it('without tags or codec is the plain body', () => {
    expect(writeValue({ body: '{"a":1}' }, [])).toBe('{"a":1}');
    expect(readContent('{"a":1}')).toEqual({ kind: 'value', body: '{"a":1}', tags: [] });
  });

  it('with tags or a codec has a line before its body that says so', () => {
    const content = writeValue({ codec: 'rich', body: '"a\nb"' }, [['users', 'v1']]);
    expect(content).toBe('~{"codec":"rich","tags":[["users","v1"]]}\n"a\nb"');
    expect(readContent(content)).toEqual({
      kind: 'value',
      codec: 'rich',
      body: '"a\nb"',
      tags: [['users', 'v1']],
    });
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
    '~1',
  ])('is unreadable, not an error: %j', (content) => {
    expect(readContent(content)).toEqual({ kind: 'unreadable' });
  });
});
