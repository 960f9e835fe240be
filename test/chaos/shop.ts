/** Is one instance of an application under chaos: `shop.ts <backend> <setup as JSON>`; tells its port by IPC. */
import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import type { Backend, BackendDatabase, BackendSetup } from './backends/backend.js';
import { rawBackend } from './backends/raw.js';
import { suiteBackend } from './backends/suite.js';
import { answerFigures } from './figures.js';
import { ask, serve } from './http.js';

type MakeBackend = (setup: BackendSetup) => Promise<Backend>;

/** Makes a backend of libraries that are no dependencies of this repository: see `bench/package.json`. */
async function peer(name: 'nestBackend' | 'bentoBackend', setup: BackendSetup): Promise<Backend> {
  const program = new URL('../../bench/keeps-working/peers.mjs', import.meta.url).href;
  return ((await import(program)) as Record<typeof name, MakeBackend>)[name](setup);
}

const BACKENDS: Record<string, MakeBackend> = {
  suite: suiteBackend,
  raw: rawBackend,
  nest: (setup) => peer('nestBackend', setup),
  bentocache: (setup) => peer('bentoBackend', setup),
};
/** Is how long work under a lock takes, and a read of the database, in milliseconds. */
const [WORK_MS, READ_MS] = [10, 5];

const [, , kind = '', text = '{}'] = process.argv;
const { databasePort, ...setup } = JSON.parse(text) as BackendSetup & { databasePort: number };

const asked = async (path: string): Promise<unknown> => JSON.parse((await ask(databasePort, path)).body);
const database: BackendDatabase = {
  async read(id) {
    await pause(READ_MS);
    return (await asked(`/read/${id}`)) as number;
  },
  async write(id) {
    await asked(`/write/${id}`);
  },
  async visit(resource, fence) {
    await asked(`/enter/${resource}`);
    await pause(WORK_MS);
    const query = fence === undefined ? '' : `?fence=${fence}&writer=${process.pid}-${Math.random()}`;
    await asked(`/leave/${resource}${query}`);
  },
};

const make = BACKENDS[kind];
if (make === undefined) throw new Error(`There is no backend ${kind}.`);
const backend = await make({ ...setup, database });

const { port } = await serve(async (what, which) => {
  if (what === 'read') return backend.read(which);
  if (what === 'write') return backend.write(which);
  if (what === 'work') return backend.work(which);
  if (what === 'count') return backend.count(which);
  return backend.probe();
});
answerFigures(() => backend.longestCallMs());
process.on('disconnect', () => process.exit());
// Others leave rejections behind that would end the process; what customers notice of them is counted.
if (kind !== 'suite') process.on('unhandledRejection', () => undefined);
process.send?.({ port });
