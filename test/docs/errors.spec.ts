import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as admin from '../../src/admin/index.js';
import { RedisSuiteError } from '../../src/common/errors.js';
import { RedisReplyError } from '../../src/connection/connection.errors.js';
import { ERROR_PROBLEMS, problemOf } from '../../src/http/error-problems.js';
import * as root from '../../src/index.js';
import * as testing from '../../src/testing/index.js';

interface Row {
  readonly code: string;
  readonly className: string;
  readonly status: string;
  readonly texts: readonly string[];
}

const DEFINITION = /export class (\w+) extends RedisSuiteError \{[^]*?readonly code = '(E_\w+)';/g;

/** Finds the errors in the source: a code is a property of instances, which cannot all be made without a cause. */
function errorsInSource(): Map<string, string> {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('errors.ts'),
  );
  const sources = files.map((file) => readFileSync(`src/${file}`, 'utf8')).join('\n');
  return new Map([...sources.matchAll(DEFINITION)].map(([, className, code]) => [code!, className!]));
}

function rowsInDocs(): Row[] {
  const rows = readFileSync('docs/errors.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `E_'));
  return rows.map((line) => {
    const [code, className, status, ...texts] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', ''));
    return { code: code!, className: className!, status: status!, texts };
  });
}

describe('docs/errors.md', () => {
  const source = errorsInSource();
  const rows = rowsInDocs();

  it('lists every error once, with its code and class', () => {
    expect(source.size).toBeGreaterThan(0);
    expect(rows.map(({ code, className }) => [code, className]).sort()).toEqual([...source].sort());
  });

  it('lists what users can import', () => {
    const exported = Object.entries({ ...root, ...admin, ...testing })
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof RedisSuiteError)
      .map(([name]) => name);
    expect(rows.map(({ className }) => className).sort()).toEqual(exported.sort());
  });

  it('says the status each is answered with', () => {
    const statuses = rows
      .filter(({ status }) => status !== '—')
      .map(({ code, status }) => [code, Number(status)]);
    expect(statuses.sort()).toEqual([...ERROR_PROBLEMS].map(([code, { status }]) => [code, status]).sort());
  });

  it('says which refusals of a server are answered with 503 all the same', () => {
    const text = readFileSync('docs/errors.md', 'utf8');
    const [, away = '', fault = ''] = /`E_REDIS_REPLY`: (.*?) say that(.*?)\n\n/s.exec(text) ?? [];
    const statuses = (words: string) =>
      [...words.matchAll(/`([A-Z]+)`/g)].map(([, replyCode = '']) => {
        const refusal = new RedisReplyError({ connection: 'state', command: 'SET', replyCode, detail: '' });
        return problemOf(refusal)?.status;
      });
    expect(statuses(away)).toEqual([503, 503, 503]);
    expect(statuses(fault)).toEqual([undefined, undefined]);
  });

  it('says of each what happened and what to do', () => {
    for (const { texts } of rows)
      expect(texts).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\w/)]);
  });
});
