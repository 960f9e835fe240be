import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Job {
  'timeout-minutes': number;
  strategy?: { matrix: { nest: number[]; node: number[]; server: string[] } };
  steps: { uses?: string; run?: string }[];
}

interface Manifest {
  engines: { node: string };
  peerDependencies: Record<string, string>;
  scripts: Record<string, string>;
}

describe('the CI workflow', () => {
  let jobs: Record<'everything' | 'versions', Job>;
  let manifest: Manifest;

  beforeAll(async () => {
    jobs = parse(await readFile('.github/workflows/ci.yml', 'utf8')).jobs;
    manifest = JSON.parse(await readFile('package.json', 'utf8'));
  });

  it('does once what .ci/run does', () => {
    expect(jobs.everything.steps.map(({ run }) => run)).toContain('.ci/run');
  });

  it('tests every Nest the package allows, from the oldest Node it allows, on Redis and Valkey', () => {
    const { nest, node, server } = jobs.versions.strategy!.matrix;
    const allowed = manifest.peerDependencies['@nestjs/common']!.match(/(?<=\^)\d+/g)!;
    expect(nest.map(String)).toEqual(allowed);
    expect(node).toEqual([20, 22, 24]);
    expect(manifest.engines.node).toMatch(/^>=20\./);
    expect(server).toEqual(['redis:7', 'redis:8', 'valkey/valkey:8']);
  });

  it('runs only scripts that exist, and ends by itself', () => {
    for (const job of Object.values(jobs)) {
      const named = job.steps.flatMap(({ run }) => /^npm run (\S+)/.exec(run ?? '')?.[1] ?? []);
      for (const script of named) expect(manifest.scripts).toHaveProperty([script]);
      expect(job['timeout-minutes']).toBeLessThanOrEqual(30);
    }
  });
});
