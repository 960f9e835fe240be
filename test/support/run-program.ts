import { execFile } from 'node:child_process';

export interface ProgramEnd {
  /** Is null when the program was killed because it did not end by itself. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a module in a process of its own, where it may import our sources: `import … from './src/common/clock.ts'`. */
export function runProgram(source: string, { limitMs = 15_000, env = {} } = {}): Promise<ProgramEnd> {
  const args = [
    '--no-warnings',
    '--import',
    './test/support/typescript.mjs',
    '--input-type=module',
    '--eval',
  ];
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...args, source],
      { env: { ...process.env, ...env }, timeout: limitMs, killSignal: 'SIGKILL' },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
