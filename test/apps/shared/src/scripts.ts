import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';

export interface PackedScript {
  name: string;
  source: string;
}

const load = createRequire(join(process.cwd(), 'package.json'));

/** Reads every script off the installed package, out of the build that this process runs. */
export function packedScripts(): PackedScript[] {
  const build = dirname(load.resolve('nestjs-redis-suite'));
  return readdirSync(build, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(join('lua', 'generated.js')))
    .flatMap((file) => Object.values<PackedScript>(load(join(build, file))));
}

/** Keeps the source of each script that a server has been sent and has run without an error. */
export function recordScripts(): string[] {
  const sources: string[] = [];
  const { sendCommand } = Redis.prototype;
  Redis.prototype.sendCommand = function (command, ...rest) {
    // What is sent is decided later: the source the first time, its digest from then on.
    const keep = () => void (command.name === 'eval' && sources.push(String(command.args[0])));
    command.promise.then(keep, () => {});
    return sendCommand.call(this, command, ...rest);
  };
  return sources;
}
