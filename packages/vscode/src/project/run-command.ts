import { spawn } from 'node:child_process';
import type { ProjectCommand } from './project-command.js';

/** The result of a process that has ended. */
export interface CommandResult {
  /** The exit code; undefined for a process that was ended. */
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** Runs a process to its end. @param signal ends it */
export function runCommand(
  { command, args, cwd }: ProjectCommand,
  signal?: AbortSignal,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => out.push(data));
    child.stderr.on('data', (data: Buffer) => err.push(data));
    child.once('error', (error) =>
      reject(
        new Error(`${command} cannot be started: ${error.message}. Set nanook.nodePath.`, { cause: error }),
      ),
    );
    child.once('close', (code) =>
      resolve({
        code: code ?? undefined,
        out: Buffer.concat(out).toString(),
        err: Buffer.concat(err).toString(),
      }),
    );
    const end = (): void => void child.kill();
    if (signal?.aborted === true) end();
    signal?.addEventListener('abort', end, { once: true });
  });
}
