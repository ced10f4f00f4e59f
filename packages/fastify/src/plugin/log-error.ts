import type { FastifyRequest } from 'fastify';

/** Writes an error to the log of the request; to the console in an application without a logger, where it would get lost. */
export function logError(error: unknown, { log }: Pick<FastifyRequest, 'log'>): void {
  // Without a logger, all functions of the log are one function that does nothing. The log of `level: 'silent'` has a level.
  const hasNoLogger = (log as { readonly level?: string }).level === undefined && log.error === log.fatal;
  // oxlint-disable-next-line no-console -- an error must not get lost
  if (hasNoLogger) console.error(error);
  else log.error(error);
}
