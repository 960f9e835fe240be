import assert from 'node:assert/strict';

const PRODUCT = 'api/products/73';
const PRODUCT_LISTS = ['api/products?shopId=1', 'api/search?q=lagoon'];

/** Makes the file of an upload. */
function upload(title) {
  const form = new FormData();
  form.set('title', title);
  form.set('file', new Blob(['a small picture'], { type: 'image/png' }), 'small.png');
  return form;
}

/**
 * Lists every way to change something, and all that shows it: `reads` are paths, or a path with the token of who may
 * read it. User 1 is a creator with a shop, user 81 owns a brand, user 300 is nobody in particular.
 */
export function cascades({ admin, creator, brand, guest, asset, conversation }) {
  const json = (method, path, token, body) => ({ method, path, token, body });
  const talk = [creator, brand].map((token) => ['api/conversations', token]);
  return [
    {
      name: 'a user',
      write: json('PATCH', 'api/users/1', creator, { name: 'Ada Lind' }),
      reads: [['api/users/me', creator]],
    },
    {
      name: 'a creator: the assets, too',
      write: json('PATCH', 'api/creators/1', creator, { displayName: 'Ambra Nocturne' }),
      reads: ['api/creators/1', 'api/creators', `api/assets/${asset}`],
    },
    {
      name: 'a new creator: the user',
      write: json('POST', 'api/creators', guest, {
        handle: 'new-face',
        displayName: 'New Face',
        specialty: 'sound',
        bio: 'Records harbours.',
      }),
      reads: ['api/users/300', 'api/creators'],
    },
    {
      name: 'a brand',
      write: json('PATCH', 'api/brands/1', brand, { about: 'Floats.' }),
      reads: ['api/brands/1', 'api/brands'],
    },
    {
      name: 'a project',
      write: json('PATCH', 'api/projects/35', creator, { status: 'completed' }),
      reads: ['api/projects/35', 'api/projects?creatorId=1'],
    },
    {
      name: 'an upload: the project and the creator',
      write: json('POST', 'api/projects/35/assets', creator, upload('Small')),
      reads: ['api/projects/35', 'api/projects', 'api/creators/1', 'api/creators'],
    },
    {
      name: 'an asset: the project',
      write: json('PATCH', `api/assets/${asset}`, creator, { title: 'Renamed' }),
      reads: [`api/assets/${asset}`, 'api/projects/35'],
    },
    {
      name: 'a license: the brand and the asset',
      write: json('POST', 'api/licenses', brand, {
        assetId: asset,
        brandId: 1,
        scope: 'web',
        startsOn: '2099-01-01',
        months: 1,
      }),
      reads: ['api/licenses?brandId=1', 'api/brands/1', 'api/brands', `api/assets/${asset}`],
    },
    {
      name: 'a product: its shop and every list, the popular one too',
      write: json('PATCH', PRODUCT, creator, { priceCents: 9_990 }),
      reads: [PRODUCT, ...PRODUCT_LISTS, 'api/products/popular', 'api/shops/1', 'api/shops'],
    },
    {
      name: 'a new product: its shop and the lists',
      write: json('POST', 'api/products', creator, {
        shopId: 1,
        categoryId: 2,
        name: 'Lagoon at night',
        description: 'A poster.',
        priceCents: 2_490,
      }),
      reads: [...PRODUCT_LISTS, 'api/shops/1', 'api/shops'],
    },
    {
      name: 'the stock: the product',
      write: json('PATCH', `${PRODUCT}/inventory`, creator, { delta: 40, reason: 'delivery' }),
      reads: [PRODUCT],
    },
    {
      name: 'a purchase: the product and the popular list',
      write: json('POST', 'api/purchases', brand, { productId: 73, quantity: 1 }),
      reads: [PRODUCT, 'api/products/popular'],
    },
    {
      name: 'a shop',
      write: json('PATCH', 'api/shops/1', creator, { about: 'Kettles.' }),
      reads: ['api/shops/1', 'api/shops'],
    },
    {
      name: 'a category',
      write: json('POST', 'api/categories', admin, {
        slug: 'sketchbooks',
        name: 'Sketchbooks',
        section: 'prints',
      }),
      reads: ['api/categories'],
    },
    {
      name: 'a setting: what depends on it',
      write: json('PUT', 'api/configuration/catalog.popular-days', admin, { value: 14 }),
      reads: ['api/configuration', 'api/products/popular'],
    },
    {
      name: 'a message: the conversation, and the lists of both members',
      write: json('POST', `api/conversations/${conversation}/messages`, creator, { body: 'Good morning.' }),
      reads: [[`api/conversations/${conversation}/messages`, brand], ...talk],
    },
    {
      name: 'a new conversation: the lists of both members',
      write: json('POST', 'api/conversations', creator, {
        recipientId: 81,
        subject: 'Another one',
        body: 'Hello again.',
      }),
      reads: talk,
    },
  ];
}

/** Reads everything until it comes from the cache, writes, and asserts that nothing comes from there any more. */
export async function assertInvalidates(demo, { write, reads }) {
  const read = (one) => {
    const [path, token] = [one].flat();
    return demo.send('GET', path, { token });
  };
  for (const one of reads) {
    await read(one);
    const { status, cache } = await read(one);
    assert.deepEqual([one, status, cache], [one, 200, 'hit']);
  }
  const { status, body } = await demo.send(write.method, write.path, write);
  assert.ok(status === 200 || status === 201, `the write answered ${status}: ${JSON.stringify(body)}`);
  for (const one of reads) assert.deepEqual([one, (await read(one)).cache], [one, 'miss']);
}
