import type { Days } from './days.js';
import type { Random } from './random.js';
import { SIZE } from './size.js';
import { numbered, type Table } from './table.js';
import { ADJECTIVES, CATEGORIES, SUBJECTS } from './words.js';

interface Category {
  readonly id: number;
  readonly parent_id: number | null;
  readonly slug: string;
  readonly name: string;
  readonly position: number;
}

/** Makes the catalogue, the shops with their products and stock, and four months of purchases. */
export function trade(random: Random, days: Days): Table[] {
  const all = categories();
  const products = numbered(SIZE.products, () => product(random, days, all));
  return [
    { name: 'categories', rows: all },
    { name: 'shops', rows: numbered(SIZE.shops, (id) => shop(random, days, id)) },
    { name: 'products', rows: products },
    {
      name: 'inventory',
      rows: products.map(({ id }) => ({
        product_id: id,
        quantity: random.int(5, 200),
        updated_at: days.ago(1),
      })),
    },
    {
      name: 'purchases',
      rows: numbered(SIZE.purchases, () => {
        const { id, price_cents } = products[random.skewed(SIZE.products) - 1] as (typeof products)[number];
        return {
          buyer_id: random.int(SIZE.creators + SIZE.brands + 1, SIZE.users),
          product_id: id,
          quantity: random.skewed(4),
          unit_price_cents: price_cents,
          created_at: days.ago(random.next() * 120),
        };
      }),
    },
  ];
}

function categories(): Category[] {
  const found: Category[] = [];
  const add = (parent_id: number | null, name: string, position: number): number => {
    const id = found.length + 1;
    found.push({ id, parent_id, slug: name.toLowerCase().replace(' ', '-'), name, position });
    return id;
  };
  Object.entries(CATEGORIES).forEach(([section, names], position) => {
    const parent = add(null, section, position);
    names.forEach((name, index) => add(parent, name, index));
  });
  return found;
}

function shop(random: Random, days: Days, id: number) {
  const subject = random.pick(SUBJECTS);
  const name = `The ${random.pick(ADJECTIVES)} ${subject} shop`;
  return {
    creator_id: id,
    slug: `${subject}-${id}`,
    name,
    about: `Everything ${random.pick(ADJECTIVES)} for friends of the ${subject}.`,
    created_at: days.ago(random.int(200, 259)),
    updated_at: days.ago(random.int(1, 120)),
  };
}

function product(random: Random, days: Days, all: readonly Category[]) {
  const category = random.pick(all.filter(({ parent_id }) => parent_id !== null));
  const [adjective, subject] = [random.pick(ADJECTIVES), random.pick(SUBJECTS)];
  return {
    shop_id: random.int(1, SIZE.shops),
    category_id: category.id,
    name: `${adjective} ${subject} (${category.name.toLowerCase()})`,
    description: `From the ${random.pick(ADJECTIVES)} series: a ${subject}, with a ${random.pick(SUBJECTS)} behind it.`,
    price_cents: random.int(4, 120) * 100 - 10,
    created_at: days.ago(random.int(121, 199)),
    updated_at: days.ago(random.int(1, 120)),
  };
}
