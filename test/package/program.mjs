import { spawn } from 'node:child_process';

/** Holds the process groups that run, so that none outlives this process. */
const groups = new Set();

function kill(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Kills every program that still runs, with all it has started. */
export function killPrograms() {
  for (const group of groups) kill(group);
}

/**
 * Runs a program to its end, and kills it with all it has started after `limitMs`.
 *
 * @returns its exit code (null when it was killed) and what it wrote to stdout and stderr.
 */
export function runProgram(command, args, { cwd, env = process.env, limitMs = 120_000 }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    const limit = setTimeout(() => {
      output += `\nNo end after ${limitMs / 1_000} s.\n`;
      kill(child.pid);
    }, limitMs);
    child.on('spawn', () => groups.add(child.pid));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      kill(child.pid);
      groups.delete(child.pid);
      resolve({ code, output });
    });
  });
}
