import type { Days } from './days.js';
import type { Random } from './random.js';
import { SIZE } from './size.js';
import { numbered, type Table } from './table.js';
import {
  ADJECTIVES,
  BRAND_ENDINGS,
  COUNTRIES,
  FIRST_NAMES,
  LAST_NAMES,
  SPECIALTIES,
  SUBJECTS,
} from './words.js';

/** Makes users, who all share one password, and the creators and brands among them. */
export function people(random: Random, days: Days, passwordHash: string): Table[] {
  const users = numbered(SIZE.users, (id) => ({
    email: `user${id}@example.com`,
    name: `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`,
    country: random.pick(COUNTRIES),
    password_hash: passwordHash,
    created_at: days.ago(random.int(300, 900)),
    updated_at: days.ago(random.int(1, 120)),
  }));
  return [
    { name: 'users', rows: users },
    { name: 'creators', rows: numbered(SIZE.creators, (id) => creator(random, days, id)) },
    { name: 'brands', rows: numbered(SIZE.brands, (id) => brand(random, days, id)) },
  ];
}

function creator(random: Random, days: Days, id: number) {
  const [adjective, subject] = [random.pick(ADJECTIVES), random.pick(SUBJECTS)];
  const specialty = random.pick(SPECIALTIES);
  return {
    user_id: id,
    handle: `${adjective}-${subject}-${id}`,
    display_name: `${capital(adjective)} ${capital(subject)}`,
    specialty,
    bio: `Works in ${specialty} and ${random.pick(SPECIALTIES)}, mostly about the ${random.pick(SUBJECTS)}.`,
    created_at: days.ago(random.int(260, 299)),
    updated_at: days.ago(random.int(1, 99)),
  };
}

function brand(random: Random, days: Days, id: number) {
  const subject = random.pick(SUBJECTS);
  const name = `${capital(subject)} ${random.pick(BRAND_ENDINGS)}`;
  return {
    owner_id: SIZE.creators + id,
    slug: `${name.toLowerCase().replace(' ', '-')}-${id}`,
    name,
    about: `${name} commissions work about the ${random.pick(ADJECTIVES)} ${subject}.`,
    created_at: days.ago(random.int(260, 299)),
    updated_at: days.ago(random.int(1, 99)),
  };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
