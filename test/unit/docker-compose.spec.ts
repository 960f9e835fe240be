import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  command?: string;
  ports: string[];
  volumes?: string[];
  healthcheck: { test: string[]; retries: number };
}

describe('docker-compose.yml', () => {
  let services: Record<'redis-cache' | 'redis-state' | 'postgres', Service>;
  let volumes: Record<string, unknown>;

  beforeAll(async () => {
    // YAML anchors are used, so aliases must be resolved as Docker does.
    ({ services, volumes } = parse(await readFile('docker-compose.yml', 'utf8')));
  });

  it('evicts what is cached, and nothing else', () => {
    expect(services['redis-cache'].command).toMatch(/--maxmemory \d+mb --maxmemory-policy allkeys-lru /);
  });

  it('keeps state: no eviction, on disk', () => {
    expect(services['redis-state'].command).toMatch(
      /--maxmemory \d+mb --maxmemory-policy noeviction --appendonly yes/,
    );
    expect(services['redis-state'].volumes).toEqual(['redis-state:/data']);
  });

  it('offers every server on a port of its own, to this machine only', () => {
    const ports = Object.values(services).flatMap((service) => service.ports);
    expect(ports).toEqual(['127.0.0.1:6379:6379', '127.0.0.1:6380:6379', '127.0.0.1:5432:5432']);
  });

  it('says when each server is ready, and declares every volume', () => {
    for (const service of Object.values(services)) {
      expect(service.healthcheck.test[0]).toBe('CMD');
      expect(service.healthcheck.retries).toBeGreaterThan(0);
      for (const volume of service.volumes ?? []) expect(volumes).toHaveProperty([volume.split(':')[0]!]);
    }
  });
});
