import { ExitCode } from './exit-code.js';

/** The usual exit code after SIGPIPE (128 + 13): the reader of the output has ended. */
const closedPipe = 141;

/**
 * Ends the process when its output cannot be written: without a message when the reader has gone (`nanook query … | head -1`), and with
 * one when, for example, the disk is full.
 */
export function stopOnClosedOutput({
  stdout,
  stderr,
  exit,
}: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'exit'>): void {
  const stop = (error: NodeJS.ErrnoException): never =>
    exit(error.code === 'EPIPE' ? closedPipe : ExitCode.wrongUsage);
  stderr.on('error', stop);
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') stderr.write(`the output cannot be written: ${error.message}\n`);
    stop(error);
  });
}
