import type { MeasurementParams } from '@nanook/language-server';
import type { CommandResult } from './run-command.js';

export const auditArguments: readonly string[] = ['audit', '--json'];

type AuditResult = NonNullable<MeasurementParams['audit']>;

/**
 * Reads the routes of an application.
 *
 * @throws {Error} when they were not listed, with the reason that the command has given
 */
export function readAudit({ code, out, err }: CommandResult): AuditResult {
  let result: Partial<AuditResult> & { readonly error?: { readonly message: string } } = {};
  try {
    result = JSON.parse(out) as typeof result;
  } catch {
    // A process that ended early has written no JSON.
  }
  const { routes, policies, error } = result;
  if (routes !== undefined && policies !== undefined) return { routes, policies };
  throw new Error(
    error?.message ??
      (err.trim() ||
        `Expected the routes of nanook audit, found none. It ended with ${code ?? 'a signal'}. @nanook/cli of the project can be too old.`),
  );
}
