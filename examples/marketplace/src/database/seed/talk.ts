import type { Days } from './days.js';
import type { Random } from './random.js';
import { SIZE } from './size.js';
import { numbered, type Table } from './table.js';
import { MESSAGES } from './words.js';

/** Makes conversations between a creator and the owner of a brand about a project, and their messages. */
export function talk(random: Random, days: Days): Table[] {
  const pairs = numbered(SIZE.conversations, () => ({
    creator: random.int(1, SIZE.creators),
    owner: SIZE.creators + random.int(1, SIZE.brands),
  }));
  return [
    {
      name: 'conversations',
      rows: pairs.map(({ id }) => ({
        id,
        project_id: random.int(1, SIZE.projects),
        subject: random.pick(['Commission', 'License terms', 'Second draft', 'Delivery']),
        created_at: days.ago(31),
      })),
    },
    {
      name: 'conversation_members',
      rows: pairs.flatMap(({ id, creator, owner }) => [
        { conversation_id: id, user_id: creator },
        { conversation_id: id, user_id: owner },
      ]),
    },
    { name: 'messages', rows: numbered(SIZE.messages, () => message(random, days, pairs)) },
  ];
}

function message(
  random: Random,
  days: Days,
  pairs: readonly { id: number; creator: number; owner: number }[],
) {
  const { id, creator, owner } = random.pick(pairs);
  return {
    conversation_id: id,
    sender_id: random.chance(0.5) ? creator : owner,
    body: random.pick(MESSAGES),
    sent_at: days.ago(random.next() * 30),
  };
}
