// Takes the pages on the demo literally: runs their commands in a shell and holds what they print against the page.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const END = 'end of this block';

/** Reads the steps of a chapter: the commands, and what the page says they print. */
export function readTour(page, chapter) {
  const text = readFileSync(resolve(ROOT, page), 'utf8');
  const tour = new RegExp(`^## ${chapter}\\n([^]*?)^## `, 'm').exec(text)?.[1] ?? '';
  const steps = [...tour.matchAll(/^```sh\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm)];
  assert.notEqual(steps.length, 0, `${page} has no steps in '${chapter}'`);
  return steps.map(([, commands, output = '']) => ({ commands, output }));
}

/** Asserts that a text is what the page says; `…` stands for anything, and only some numbers must be the same. */
export function assertPrinted(printed, output) {
  const parts = plain(output)
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  assert.match(plain(printed), new RegExp(`^${parts.join('[^]*?')}$`));
}

/** Leaves numbers as they are in the status and in `X-Sql-Queries`; elsewhere they depend on the day and the walk. */
function plain(text) {
  const lines = text.trim().split(/\r?\n/);
  return lines.map((line) => (/^(HTTP|X-Sql)/.test(line) ? line : line.replaceAll(/\d+/g, '0'))).join('\n');
}

/** Is a shell that remembers what it has been told, as a visitor's does. */
export class Shell {
  #child = spawn('bash', [], { stdio: ['pipe', 'pipe', 'inherit'] });

  /** Runs commands and answers what they print. */
  run(commands) {
    return new Promise((done, fail) => {
      let printed = '';
      const listen = (text) => {
        printed += text;
        if (!printed.includes(END)) return;
        this.#child.stdout.off('data', listen);
        done(printed.slice(0, printed.indexOf(END)));
      };
      this.#child.stdout.setEncoding('utf8').on('data', listen);
      this.#child.once('exit', () => fail(new Error(`The shell ended:\n${printed}`)));
      this.#child.stdin.write(`${commands}\necho '${END}'\n`);
    });
  }

  /** Ends it. */
  close() {
    this.#child.kill();
  }
}
