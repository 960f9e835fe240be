import { createHash } from 'node:crypto';
import type { Days } from './days.js';
import type { Random } from './random.js';
import { SIZE } from './size.js';
import { numbered, type Table } from './table.js';
import { ADJECTIVES, MIME_TYPES, SUBJECTS } from './words.js';

const STATUSES = ['draft', 'active', 'active', 'completed', 'archived'];
const SCOPES = ['web', 'web', 'print', 'broadcast', 'exclusive'];

/** Makes projects, their assets with small files, and the licenses that brands hold on them. */
export function works(random: Random, days: Days): Table[] {
  const contents = numbered(SIZE.assets, (id) => ({
    text: `${random.pick(ADJECTIVES)} ${random.pick(SUBJECTS)} ${id}`,
  }));
  return [
    { name: 'projects', rows: numbered(SIZE.projects, () => project(random, days)) },
    { name: 'assets', rows: contents.map(({ id, text }) => ({ id, ...asset(random, days, text) })) },
    { name: 'asset_files', rows: contents.map(({ id, text }) => ({ asset_id: id, content: bytea(text) })) },
    { name: 'licenses', rows: numbered(SIZE.licenses, () => license(random, days)) },
  ];
}

function project(random: Random, days: Days) {
  const subject = random.pick(SUBJECTS);
  return {
    creator_id: random.int(1, SIZE.creators),
    brand_id: random.chance(0.6) ? random.int(1, SIZE.brands) : null,
    title: `The ${random.pick(ADJECTIVES)} ${subject}`,
    brief: `A series about the ${subject}, ${random.pick(ADJECTIVES)} and ${random.pick(ADJECTIVES)}.`,
    status: random.pick(STATUSES),
    created_at: days.ago(random.int(200, 259)),
    updated_at: days.ago(random.int(1, 59)),
  };
}

function asset(random: Random, days: Days, text: string) {
  return {
    project_id: random.int(1, SIZE.projects),
    title: text,
    mime_type: random.pick(MIME_TYPES),
    size_bytes: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
    created_at: days.ago(random.int(121, 199)),
    updated_at: days.ago(random.int(1, 29)),
  };
}

function license(random: Random, days: Days) {
  const start = random.int(0, 120);
  return {
    asset_id: random.int(1, SIZE.assets),
    brand_id: random.int(1, SIZE.brands),
    scope: random.pick(SCOPES),
    fee_cents: random.int(20, 900) * 100,
    starts_on: days.dateAgo(start),
    ends_on: days.dateAgo(start - random.pick([30, 90, 365])),
    created_at: days.ago(start + random.next()),
  };
}

function bytea(text: string): string {
  return `\\x${Buffer.from(text).toString('hex')}`;
}
