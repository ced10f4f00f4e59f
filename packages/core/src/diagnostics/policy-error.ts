import type { Diagnostic } from './diagnostic.js';
import { renderDiagnostic } from './diagnostic.js';
import { isPolarError, PolarError } from './polar-error.js';

const policyBrand = Symbol.for('@nanook/core/PolicyError');

/** A policy that cannot be loaded: all that is wrong with it, in all its files. `code`, `line` and `column` are the first error's. */
export class PolicyError extends PolarError {
  override readonly name: string = 'PolicyError';
  readonly [policyBrand] = true;
  /** Every error and warning, in the order of the sources. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter((d) => d.severity === 'error');
    const [first, ...others] = errors;
    if (first === undefined) throw new Error('bug in Nanook: a policy error without an error');
    const notes = others.slice(0, 20).map((d) => `\n${renderDiagnostic(d)}`);
    if (others.length > 20) notes.push(`\n… and ${others.length - 20} more errors`);
    super(first.code, first.data, first.span, { notes, text: first.message });
    this.diagnostics = diagnostics;
  }
}

export const isPolicyError = (error: unknown): error is PolicyError =>
  isPolarError(error) && (error as { [policyBrand]?: unknown })[policyBrand] === true;
