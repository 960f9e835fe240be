// What the caches of the benchmarks hold: about 930 bytes of JSON, as an API would cache it.

export function product(id) {
  return {
    id,
    name: 'A desk lamp of brushed steel with a heavy foot',
    description: 'Lights a desk and not the room. '.repeat(9),
    price: { amount: 7900, currency: 'EUR', discounts: [] },
    tags: ['lamp', 'steel', 'desk', 'light'],
    shop: {
      id: 41,
      name: 'Lamps and more',
      address: { street: 'Long street 7', zip: '10115', city: 'Berlin' },
    },
    images: [
      { url: `https://images.example/products/${id}/front.jpg`, width: 1200, height: 900 },
      { url: `https://images.example/products/${id}/side.jpg`, width: 1200, height: 900 },
    ],
    stock: 12,
    active: true,
    rating: 4.5,
    reviews: 318,
    updatedAt: '2026-02-03T04:05:06.000Z',
    note: null,
  };
}
