import { renderDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.js';
import type { AuthorizerOptions } from './options.js';

/** The number of warnings that `console.warn` shows of one load. `onWarning` and `warnings` contain them all. */
const maxPrinted = 12;

/** Passes the warnings of a load to `onWarning`, or writes the first of them to the console. */
export function warnAll(
  warnings: readonly Diagnostic[],
  { onWarning }: Pick<AuthorizerOptions, 'onWarning'>,
): void {
  if (onWarning !== undefined) {
    for (const warning of warnings) onWarning(warning);
    return;
  }
  const lines = warnings.slice(0, maxPrinted).map((warning) => `[warning] ${renderDiagnostic(warning)}`);
  const others = warnings.length - lines.length;
  if (others > 0) lines.push(`[warning] … and ${others} more; the option \`onWarning\` receives them all`);
  // oxlint-disable-next-line no-console -- without `onWarning` the console shows the warnings
  for (const line of lines) console.warn(line);
}

/** Passes a warning to `onWarning`, or writes it to the console. */
export function warn(warning: Diagnostic, { onWarning }: Pick<AuthorizerOptions, 'onWarning'>): void {
  if (onWarning !== undefined) onWarning(warning);
  // oxlint-disable-next-line no-console -- without `onWarning` the console shows the warnings
  else console.warn(`[warning] ${renderDiagnostic(warning)}`);
}
