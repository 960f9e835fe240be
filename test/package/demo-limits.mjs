// What the demo's limits are held to by demo-smoke.mjs.
import assert from 'node:assert/strict';
import { until } from './demo-app.mjs';

async function tryLogin(demo, email) {
  return demo.send('POST', 'api/auth/login', { body: { email, password: 'wrong' } });
}

/** Tries to log in as one address, written in several ways, and asserts that the sixth try is refused. */
export async function assertSixthLoginIsRefused(demo, user) {
  const spellings = [`user${user}@example.com`, `User${user}@example.com`, `USER${user}@EXAMPLE.COM`];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const { status, header } = await tryLogin(demo, spellings[attempt % spellings.length]);
    assert.equal(status, 401);
    assert.match(header('ratelimit'), new RegExp(`"login";r=${4 - attempt};t=\\d+`));
  }
  const { status, body, header } = await tryLogin(demo, spellings[0]);
  assert.equal(status, 429);
  assert.match(header('content-type'), /^application\/problem\+json/);
  assert.match(header('ratelimit-policy'), /"login";q=5;w=900/);
  assert.match(header('ratelimit'), /"login";r=0;t=\d+/);
  assert.equal(header('x-ratelimit-remaining'), '0');
  const retryAfter = Number(header('retry-after'));
  assert.ok(retryAfter > 840 && retryAfter <= 900, `Retry-After: ${retryAfter}`);
  assert.deepEqual([body.code, body['violated-policies']], ['E_RATE_LIMIT_EXCEEDED', ['login']]);
}

/** Users are counted after it is known who calls, so a stranger is sent away and not counted. */
export async function assertLimitsAreInForce(demo, token, conversation) {
  const limits = [
    ['GET', 'api/search?q=harbour', ['"search";q=30;w=60']],
    ['POST', `api/conversations/${conversation}/messages`, ['"chat";q=20;w=60', '"message";q=100;w=3600']],
    ['POST', 'api/projects/35/assets', ['"upload";q=50;w=3600']],
  ];
  for (const [method, path, policies] of limits) {
    const { header } = await demo.send(method, path, { token });
    const told = header('ratelimit-policy').split(', ');
    assert.deepEqual(told.sort(), ['"api";q=1000;w=3600', ...policies].sort());
    if (method === 'POST') assert.equal((await demo.send(method, path)).status, 401);
  }
}

/** How many exports a user has is found in the database; on a busy machine exports may miss each other. */
export async function assertExportsAreLimited(demo, { creator, brand }) {
  const take = (token) => demo.send('GET', 'api/purchases/export', { token });
  for (const [token, quota] of Object.entries({ [creator]: 100, [brand]: 10 })) {
    const { status, header, body } = await take(token);
    assert.deepEqual([status, body.split(',', 2)], [200, ['id', 'product']]);
    const policies = header('ratelimit-policy').split(', ');
    assert.ok(policies.includes(`"export";q=${quota};w=3600`), policies.join());
    assert.ok(policies.includes('"exporting";q=1;qu="concurrent-requests"'), policies.join());
  }
  const refused = [];
  for (let round = 0; round < 12 && refused.length === 0; round += 1) {
    const answers = await Promise.all(Array.from({ length: 6 }, () => take(creator)));
    assert.ok(answers.some(({ status }) => status === 200));
    refused.push(...answers.filter(({ status }) => status !== 200));
  }
  const [{ status, body, header }] = refused;
  assert.deepEqual([status, body['violated-policies'], header('retry-after')], [429, ['exporting'], '1']);
  assert.ok(await until(async () => (await take(creator)).status === 200));
}
