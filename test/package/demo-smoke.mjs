// Walks through the demo's tour as a visitor does: starts the built demo, sends requests and looks at the answers,
// freezes its Redis, ends it. Needs nothing but Node: no Redis, no database, no fixed port.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { DEMO, DemoApp, isRunning, until } from './demo-app.mjs';
import { assertInvalidates, cascades } from './demo-cascades.mjs';
import {
  assertCartsNeverWaitForEachOther,
  assertExportsTakeTurns,
  assertStockIsExact,
} from './demo-orders.mjs';
import {
  assertExportsAreLimited,
  assertLimitsAreInForce,
  assertSixthLoginIsRefused,
} from './demo-limits.mjs';
import { assertPrinted, readTour, Shell } from './demo-tour.mjs';

const root = resolve(import.meta.dirname, '../..');
const PRODUCT = 'api/products/73';
const counts = { passed: 0, failed: 0, skipped: 0 };
let demo;

process.on('exit', () => demo?.kill());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

function monthsAgo(count) {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count)).toISOString().slice(0, 7);
}

async function check(name, run) {
  try {
    await run();
    counts.passed += 1;
    console.log(`ok     ${name}`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED ${name}\n${String(error.stack).replaceAll(/^/gm, '       ')}`);
  }
}

/** Builds what `npm run demo` builds; the library only when it is not built, since others may run from it. */
async function build() {
  const npm = (args, cwd) => promisify(execFile)('npm', ['run', '-s', ...args], { cwd });
  if (!existsSync(resolve(root, 'dist'))) await npm(['build'], root);
  await npm(['build'], DEMO);
}

async function readTwice(path) {
  const [first, second] = [await demo.send('GET', path), await demo.send('GET', path)];
  assert.deepEqual([first.status, first.cache, first.sql > 0], [200, 'miss', true]);
  assert.deepEqual([second.status, second.cache, second.sql], [200, 'hit', 0]);
  assert.deepEqual(second.body, first.body);
}

const runRoyalties = (period) =>
  demo.send('POST', 'api/royalties/runs', { token: demo.adminToken, body: { period } });

/** On a busy machine the second of two requests may come when the first is done: then nobody is refused, and rightly so. */
async function assertRoyaltyRunsDoNotOverlap() {
  const refused = [];
  for (let back = 2; back < 10 && refused.length === 0; back += 2) {
    const answers = await Promise.all([back, back + 1].map(monthsAgo).map(runRoyalties));
    const lost = answers.filter(({ status }) => status !== 201);
    assert.ok(lost.length < 2, 'both were refused');
    refused.push(...lost);
  }
  const [{ status, body, header }] = refused;
  assert.deepEqual([status, body.code], [409, 'E_LOCK_BUSY']);
  assert.match(header('content-type'), /^application\/problem\+json/);

  const { body: runs } = await demo.send('GET', 'api/royalties/runs', { token: demo.adminToken });
  runs.sort((a, b) => a.id - b.id);
  for (const [i, { startedAt }] of runs.entries()) {
    assert.ok(i === 0 || runs[i - 1].finishedAt <= startedAt, `two runs overlap: ${JSON.stringify(runs)}`);
  }
}

async function assertFlushAsksTwice() {
  const token = demo.adminToken;
  await readTwice('api/shops/7');
  const path = 'api/admin/redis/cache?pattern=cache:shop:*';
  const plan = await demo.send('DELETE', path, { token });
  assert.deepEqual([plan.status, plan.body.dryRun, plan.body.count > 0], [428, true, true]);
  assert.ok(plan.body.sample.includes('cache:shop:7'));
  assert.equal((await demo.send('GET', 'api/shops/7')).cache, 'hit');
  assert.equal((await demo.send('DELETE', `${path}&confirm=made-up`, { token })).status, 412);
  const done = await demo.send('DELETE', `${path}&confirm=${plan.body.confirm}`, { token });
  assert.deepEqual([done.status, done.body], [200, { dryRun: false, count: plan.body.count }]);
  assert.equal((await demo.send('GET', 'api/shops/7')).cache, 'miss');
  assert.match(demo.log, /cache:flush of "cache:shop:\*" by "the holder of ADMIN_TOKEN": \d+ removed/);
}

async function assertAdminIsClosed() {
  const paths = ['health', 'metrics', 'cache/stats', 'locks'].map((path) => `api/admin/redis/${path}`);
  for (const path of paths) {
    assert.equal((await demo.send('GET', path)).status, 401);
    assert.equal((await demo.send('GET', path, { token: 'guessed' })).status, 401);
    assert.equal((await demo.send('GET', path, { token: demo.adminToken })).status, 200);
  }
  assert.equal((await demo.send('DELETE', 'api/admin/redis/cache?pattern=cache:*')).status, 401);
  const { body: stats } = await demo.send('GET', 'api/admin/redis/cache/stats', { token: demo.adminToken });
  assert.ok(stats.caches['ProductService.find'].hits > 0);
}

async function assertLivesWithoutRedis() {
  await readTwice('api/brands/9');
  assert.equal((await demo.send('GET', 'api/health/redis')).status, 200);
  try {
    await signalRedis('SIGSTOP', 503);
    assert.equal((await demo.send('GET', 'api/health')).status, 200);
    const known = await demo.send('GET', 'api/brands/9');
    assert.deepEqual([known.status, known.cache, known.sql > 0], [200, 'hit', false]);
    const unknown = await demo.send('GET', 'api/brands/10');
    assert.deepEqual([unknown.status, unknown.cache, unknown.sql > 0], [200, 'miss', true]);
    await assertSixthLoginIsRefused(demo, 11);
    const run = await runRoyalties(monthsAgo(1));
    assert.deepEqual([run.status, run.body.code], [503, 'E_REDIS_UNAVAILABLE']);
  } finally {
    await signalRedis('SIGCONT', 200);
  }
  assert.equal((await demo.send('GET', 'api/brands/9')).cache, 'hit');
  assert.equal((await runRoyalties(monthsAgo(1))).status, 201);
}

/** Months are others than on the page, since those may have been reckoned by now. */
async function assertPrintsWhatItSays(page, chapter) {
  const { adminToken: token, redisPid } = demo;
  const { body: plan } = await demo.send('DELETE', 'api/admin/redis/cache?pattern=cache:*', { token });
  await demo.send('POST', 'api/admin/redis/cache/flush', { token, body: { confirm: plan.confirm } });
  const shell = new Shell();
  let month = 20;
  const take = async ({ commands, output }) => {
    const [line, signal] = /^kill -(STOP|CONT) PID\n/.exec(commands) ?? [''];
    if (signal) await signalRedis(`SIG${signal}`, signal === 'STOP' ? 503 : 200);
    const run = commands
      .slice(line.length)
      .replace('http://localhost:3000', demo.url)
      .replace(/\bTOKEN\b/, token)
      .replaceAll(/\b20\d\d-\d\d\b/g, () => monthsAgo((month += 1)));
    assertPrinted(await shell.run(run), output);
  };
  try {
    for (const step of readTour(page, chapter)) {
      // On a busy machine two requests may miss each other.
      const isRace = step.commands.includes('& wait');
      await take(step).catch((error) => (isRace ? take(step) : Promise.reject(error)));
    }
  } finally {
    process.kill(redisPid, 'SIGCONT');
    shell.close();
  }
}

async function signalRedis(signal, status) {
  process.kill(demo.redisPid, signal);
  const isSo = async () => (await demo.send('GET', 'api/health/redis')).status === status;
  assert.ok(await until(isSo), `/api/health/redis did not become ${status} after ${signal}`);
}

async function assertSwaggerIsComplete() {
  assert.equal((await demo.send('GET', 'docs')).status, 200);
  const { body } = await demo.send('GET', 'docs-json');
  const operations = Object.values(body.paths).flatMap((path) => Object.values(path));
  assert.ok(operations.length > 60, `${operations.length} operations`);
  for (const { operationId, summary, tags } of operations)
    assert.ok(summary && tags?.length === 1, operationId);
  const { delete: flush } = body.paths['/api/admin/redis/cache'];
  assert.deepEqual(flush.security, [{ admin: [] }]);
  const { post: send } = body.paths['/api/conversations/{id}/messages'];
  assert.deepEqual(send.security, [{ user: [] }]);
}

async function assertEndsCleanly() {
  const [redisPid, port] = [demo.redisPid, Number(new URL(demo.url).port)];
  assert.equal(await demo.stop(), 0);
  assert.ok(await until(() => !isRunning(redisPid)), `process ${redisPid} still runs`);
  for (const closed of [port, demo.redisPort]) {
    const refused = new Promise((done) => {
      connect(closed, '127.0.0.1')
        .on('connect', () => done(false))
        .on('error', () => done(true));
    });
    assert.ok(await refused, `port ${closed} is open`);
  }
  assert.doesNotMatch(demo.log, /Unhandled|ExceptionsHandler/);
}

async function takeTheTour() {
  await check('the log names the API, the admin token, and the port and process of Redis', () => {
    assert.ok(demo.adminToken && demo.redisPort > 0 && isRunning(demo.redisPid), demo.log);
  });
  await check('the second read is a hit and asks no database', () => readTwice(PRODUCT));
  await check('a hit of a controller method, too', () => readTwice('api/stats'));

  const users = { creator: 1, brand: 81, guest: 300 };
  const tokens = { admin: demo.adminToken };
  for (const [name, user] of Object.entries(users)) tokens[name] = await demo.login(user);
  const [{ id: asset }] = (await demo.send('GET', 'api/projects/35')).body.assets;
  const { id: conversation } = (
    await demo.send('POST', 'api/conversations', {
      token: tokens.creator,
      body: { recipientId: users.brand, subject: 'Harbours', body: 'Hello.' },
    })
  ).body;
  for (const cascade of cascades({ ...tokens, asset, conversation })) {
    await check(`a write invalidates ${cascade.name}`, () => assertInvalidates(demo, cascade));
  }

  await check('searches, messages and uploads are limited', () =>
    assertLimitsAreInForce(demo, tokens.creator, conversation),
  );
  await check('exports are limited by the plan of the user, and to one at a time', () =>
    assertExportsAreLimited(demo, tokens),
  );
  await check('the sixth login is refused', () => assertSixthLoginIsRefused(demo, 12));
  await check('other users may still log in', () => demo.login(10));
  await check('two royalty runs do not overlap', assertRoyaltyRunsDoNotOverlap);
  await check('ten purchases at once take ten out of the stock', () =>
    assertStockIsExact(demo, { buyer: tokens.brand, owner: tokens.creator }),
  );
  await check('carts with the same products never wait for each other', () =>
    assertCartsNeverWaitForEachOther(demo, tokens.brand),
  );
  await check('exports take turns', () => assertExportsTakeTurns(demo));
  await check('the admin routes are closed without the token', assertAdminIsClosed);
  await check('a flush asks twice', assertFlushAsksTwice);
  await check('without Redis reads go on, limits hold, locks fail, health tells; then it mends', () =>
    assertLivesWithoutRedis(),
  );
  await check('the tour prints what the README says', () =>
    assertPrintsWhatItSays('README.md', 'A five-minute tour'),
  );
  await check('the admin routes print what their page says', () =>
    assertPrintsWhatItSays('examples/marketplace/README.md', 'The admin routes'),
  );
  await check('the Swagger page is complete', assertSwaggerIsComplete);
  await check('it ends cleanly, with all it started', assertEndsCleanly);
}

await check('the demo starts', async () => {
  await build();
  demo = await DemoApp.start();
});
if (demo) await takeTheTour();
if (counts.failed > 0) console.log(`\nThe demo's log:\n${demo?.log ?? ''}`);
console.log(`tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
