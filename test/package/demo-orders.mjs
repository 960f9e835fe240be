// Buys in the demo as many customers do at once, for the walk through it.
import assert from 'node:assert/strict';

const PRODUCT = 'api/products/73';

/** Ten customers buy at once, and each movement of the stock follows from the one before. */
export async function assertStockIsExact(demo, { buyer, owner }) {
  const { body: before } = await demo.send('GET', PRODUCT);
  const buy = () =>
    demo.send('POST', 'api/purchases', { token: buyer, body: { productId: 73, quantity: 1 } });
  const bought = await Promise.all(Array.from({ length: 10 }, buy));
  assert.deepEqual(new Set(bought.map(({ status }) => status)), new Set([201]));
  const { body: after } = await demo.send('GET', PRODUCT);
  assert.deepEqual([after.inStock, after.sold], [before.inStock - 10, before.sold + 10]);
  const { body: movements } = await demo.send('GET', `${PRODUCT}/inventory`, { token: owner });
  const steps = movements.slice(0, 10).map(({ quantityAfter }) => quantityAfter);
  assert.deepEqual(
    steps,
    Array.from({ length: 10 }, (_, i) => after.inStock + i),
  );
}

/** Customers who want the same two things in another order, all of them at once. */
export async function assertCartsNeverWaitForEachOther(demo, buyer) {
  const inStock = async () =>
    Promise.all([73, 74].map(async (id) => (await demo.send('GET', `api/products/${id}`)).body.inStock));
  const before = await inStock();
  const buy = (_, i) => {
    const items = (i % 2 === 0 ? [73, 74] : [74, 73]).map((productId) => ({ productId, quantity: 1 }));
    return demo.send('POST', 'api/purchases/cart', { token: buyer, body: { items } });
  };
  const bought = await Promise.all(Array.from({ length: 8 }, buy));
  assert.deepEqual(new Set(bought.map(({ status }) => status)), new Set([201]));
  assert.deepEqual(
    bought[1].body.map(({ productId }) => productId),
    [74, 73],
  );
  const left = before.map((count) => count - 8);
  assert.deepEqual(await inStock(), left);
  // A cart with something of which there is too little leaves the rest as it was.
  let scarce = 1;
  while ((await demo.send('GET', `api/products/${scarce}`)).body.inStock >= 100) scarce += 1;
  const items = [
    { productId: 73, quantity: 1 },
    { productId: scarce, quantity: 100 },
  ];
  const refused = await demo.send('POST', 'api/purchases/cart', { token: buyer, body: { items } });
  assert.equal(refused.status, 409);
  assert.deepEqual(await inStock(), left);
}

/** More exports at once than may run all get their answer. */
export async function assertExportsTakeTurns(demo) {
  const get = () => demo.send('GET', 'api/analytics/sales.csv?days=30');
  for (const { status, body } of await Promise.all(Array.from({ length: 6 }, get))) {
    assert.equal(status, 200);
    assert.match(String(body), /^day,purchases,revenue in cents\n\d{4}-\d\d-\d\d,\d+,\d+\n/);
  }
}
