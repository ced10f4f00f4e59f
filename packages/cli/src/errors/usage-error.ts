/** A wrong call of the command, or a configuration that cannot be used. The process ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
