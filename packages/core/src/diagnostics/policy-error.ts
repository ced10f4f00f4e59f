import { hasBrand } from './coded-error.js';
import type { Diagnostic } from './diagnostic.js';
import { renderDiagnostic } from './diagnostic.js';
import { PolarError, type LoggedError } from './polar-error.js';

const policyBrand = Symbol.for('@nanook/core/PolicyError');

/** The number of errors that a message shows. The message counts the others, and `diagnostics` contains them. */
const maxShown = 12;

/** A policy that cannot be loaded, with all errors of all its files. `code`, `line` and `column` belong to the first error. */
export class PolicyError extends PolarError {
  override readonly name: string = 'PolicyError';
  readonly #diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter((d) => d.severity === 'error');
    const [first, ...others] = errors;
    if (first === undefined) throw new Error('bug in Nanook: a policy error without an error');
    const notes = others.slice(0, maxShown - 1).map((d) => `\n${renderDiagnostic(d)}`);
    if (errors.length > maxShown) notes.push(`\n… and ${errors.length - maxShown} more`);
    super(first.code, first.data, first.span, { notes, text: first.message });
    this.#diagnostics = diagnostics;
  }

  get [policyBrand](): true {
    return true;
  }

  /** All errors and warnings, in the order of the sources. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  /** Returns the fields for a log: the message, the first errors, and the number of all errors. */
  override toJSON(): LoggedError & { readonly errors: number; readonly diagnostics: readonly object[] } {
    const errors = this.#diagnostics.filter((d) => d.severity === 'error');
    const shown = errors.slice(0, maxShown);
    return {
      ...super.toJSON(),
      errors: errors.length,
      diagnostics: shown.map(({ span: _, ...logged }) => logged),
    };
  }
}

/** Returns whether a thrown value is a `PolicyError`, from any copy of the package. */
export const isPolicyError = (error: unknown): error is PolicyError => hasBrand(error, policyBrand);
