import { infoNumber, type ServerInfo } from '../common/server-info.js';
import { STATE_CONNECTION } from './connection.tokens.js';

/** Names what may be wrong with a server for what is kept there. @internal */
export type ServerFindingKind =
  | 'evicts-state'
  | 'evicting-state'
  | 'memory-full'
  | 'memory-unbounded'
  | 'not-saved'
  | 'save-failed'
  | 'read-only'
  | 'silent';

/** Is something about a server that its operator should know. @internal */
export interface ServerFinding {
  readonly kind: ServerFindingKind;
  /** Says whether data or service is at risk now, or may be one day. */
  readonly severity: 'problem' | 'notice';
  /** Says what it means and how to mend it. */
  readonly message: string;
}

const FULL_SHARE = 0.95;

/**
 * Looks for what is wrong with a server, by its own account, for what the library keeps there: INFO of the default
 * sections. What the server does not say is taken for good.
 *
 * @param roles `cache`, `state`, both or neither.
 * @internal
 */
export function findServerProblems(info: ServerInfo, roles: readonly string[]): ServerFinding[] {
  const found = [...everywhere(info)];
  if (roles.includes(STATE_CONNECTION)) found.push(...onState(info));
  if (roles.length > 0 && infoNumber(info, 'maxmemory') === 0) found.push(UNBOUNDED);
  return found;
}

const UNBOUNDED: ServerFinding = {
  kind: 'memory-unbounded',
  severity: 'notice',
  message:
    'The server has no maxmemory, so what is kept there may fill the machine: set one, and maxmemory-policy allkeys-lru ' +
    'where nothing but the cache is kept.',
};

function everywhere(info: ServerInfo): ServerFinding[] {
  if (info.get('role') !== 'slave') return [];
  const message =
    'The server is a replica and refuses writes: connect to its master, or by Sentinel or Cluster.';
  return [{ kind: 'read-only', severity: 'problem', message }];
}

function onState(info: ServerInfo): ServerFinding[] {
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  return [
    ...(policy === 'noeviction' ? memoryFindings(info) : evictionFindings(info, policy)),
    ...diskFindings(info),
  ];
}

function evictionFindings(info: ServerInfo, policy: string): ServerFinding[] {
  const evicts: ServerFinding = {
    kind: 'evicts-state',
    severity: 'problem',
    message:
      `The server may evict locks, limits and other state (maxmemory-policy ${policy}): ` +
      `set it to noeviction, or give 'state' a server of its own.`,
  };
  const evicted = infoNumber(info, 'evicted_keys') ?? 0;
  if (evicted === 0 || !isFull(info)) return [evicts];
  const message = `The server is evicting now (${evicted} keys since it started), and state may be among them.`;
  return [evicts, { kind: 'evicting-state', severity: 'problem', message }];
}

function memoryFindings(info: ServerInfo): ServerFinding[] {
  if (!isFull(info)) return [];
  const message =
    'The server has used up its maxmemory and refuses writes (OOM): raise maxmemory, or delete keys.';
  return [{ kind: 'memory-full', severity: 'problem', message }];
}

function isFull(info: ServerInfo): boolean {
  const [used, max] = [infoNumber(info, 'used_memory') ?? 0, infoNumber(info, 'maxmemory') ?? 0];
  return max > 0 && used >= max * FULL_SHARE;
}

function diskFindings(info: ServerInfo): ServerFinding[] {
  const failed = ['rdb_last_bgsave_status', 'aof_last_write_status', 'aof_last_bgrewrite_status'].filter(
    (field) => info.get(field) === 'err',
  );
  if (failed.length > 0) {
    const message = `The server could not write to its disk (${failed.join(', ')}): see its log.`;
    return [{ kind: 'save-failed', severity: 'problem', message }];
  }
  if (!hasSavedNothing(info)) return [];
  const message =
    'The server has no append-only file and has saved no snapshot since it started, so a restart may lose all state: ' +
    'turn on appendonly, or see that save is set.';
  return [{ kind: 'not-saved', severity: 'notice', message }];
}

/** INFO does not tell whether snapshots are configured, only whether one was made. */
function hasSavedNothing(info: ServerInfo): boolean {
  return info.get('aof_enabled') === '0' && infoNumber(info, 'rdb_saves') === 0;
}
