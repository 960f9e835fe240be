// Makes the load of http.mjs: by wrk where it is installed (`apt-get install wrk`), for it takes little of the processor
// time that the applications and the server need, too; else, or with LOADER=autocannon, by autocannon.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Names what makes the load. */
export const LOADER = process.env.LOADER ?? ((await isInstalled('wrk')) ? 'wrk' : 'autocannon');

/** Asks for `url` over so many connections, each at once again; answers requests, refusals, errors and seconds. */
export function load(target) {
  return LOADER === 'wrk' ? byWrk(target) : byAutocannon(target);
}

async function byWrk({ url, connections, durationMs }) {
  const duration = `${Math.max(1, Math.round(durationMs / 1_000))}s`;
  const { stdout } = await run('wrk', ['-t', '1', '-c', String(connections), '-d', duration, url]);
  const [, requests, seconds, unit] = /(\d+) requests in ([\d.]+)(m?s)/.exec(stdout);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout);
  return {
    requests: Number(requests),
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0),
    errors: errors === null ? 0 : errors.slice(1).reduce((sum, n) => sum + Number(n), 0),
    seconds: Number(seconds) / (unit === 'ms' ? 1_000 : 1),
  };
}

async function byAutocannon({ url, connections, durationMs }) {
  const { default: autocannon } = await import('autocannon');
  const result = await autocannon({ url, connections, duration: durationMs / 1_000 });
  const { non2xx: refused, errors, duration: seconds } = result;
  return { requests: result['2xx'] + refused, refused, errors, seconds };
}

/** wrk tells its version, and fails. */
async function isInstalled(program) {
  const failure = await run(program, ['-v']).catch((error) => error);
  return failure.code !== 'ENOENT';
}
