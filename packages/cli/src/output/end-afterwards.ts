/** Milliseconds for the application to end its own work. */
const grace = 200;

/**
 * Ends the process when its output is written, also if an application that a command has loaded still works, for example on a connection. A
 * process without other work ends at once.
 */
export function endAfterwards({ stdout, exit }: Pick<NodeJS.Process, 'stdout' | 'exit'>): void {
  const timer = setInterval(() => {
    if (stdout.writableLength > 0) return;
    clearInterval(timer);
    exit();
  }, grace);
  timer.unref();
}
