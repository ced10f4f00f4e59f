import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process that logs decisions, and the numbers that it printed: after a number, that many records are confirmed. */
export interface LoggingProcess {
  readonly child: ChildProcess;
  /** The last number that the process printed. */
  confirmed(): number;
  readonly exit: Promise<void>;
}

/**
 * Starts `logging-process.ts`, which makes checks without an end.
 *
 * @param mode `forever`, or the way in which it ends
 */
export function startLogging(
  folder: string,
  mode: 'forever' | 'exit' | 'exit at once' | 'throw',
): LoggingProcess {
  const script = fileURLToPath(new URL('logging-process.fixture.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--conditions=@nanook/source', '--import', import.meta.resolve('tsx'), script, folder, mode],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return {
    child,
    confirmed: () => Number(printed.split('\n').at(-2) ?? 0),
    exit: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) =>
        code === 0 || code === null || (mode === 'throw' && errors.includes('the application fails'))
          ? resolve()
          : reject(new Error(errors)),
      );
    }),
  };
}
