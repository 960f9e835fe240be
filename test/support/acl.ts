import { readFileSync } from 'node:fs';

/** Returns the words of a user's rules in docs/operations.md, without `user` and the name. */
export function documentedRules(user: string): string[] {
  const page = readFileSync('docs/operations.md', 'utf8');
  const block = [...page.matchAll(/```acl\nuser (\S+)([^`]+)```/g)].find(([, name]) => name === user);
  if (block === undefined) throw new Error(`docs/operations.md has no rules for ${user}`);
  return (block[2] ?? '').trim().split(/\s+/);
}
