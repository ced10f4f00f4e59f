import type { Code, DataOf } from './codes.js';
import { messageOf } from './codes.js';
import { codeFrame } from './code-frame.js';
import type { Diagnostic } from './diagnostic.js';
import { renderDiagnostic } from './diagnostic.js';
import type { Span } from './span.js';
import { positionOf } from './span.js';

// One identity across the ESM and the CommonJS copy of this package.
const brand = Symbol.for('@nanook/core/PolarError');

/** A fault: in a policy, in its use, or met while deciding. Never a decision; that is `AuthorizationError`. */
export class PolarError<C extends Code = Code> extends Error {
  override readonly name: string = 'PolarError';
  readonly [brand] = true;
  readonly code: C;
  readonly data: DataOf<C>;
  readonly span: Span | undefined;
  /** The name of the source, when the fault lies in a named one. */
  readonly file: string | undefined;
  /** 1-based. */
  readonly line: number | undefined;
  /** 1-based, in code points. */
  readonly column: number | undefined;

  constructor(
    code: C,
    data: DataOf<C>,
    span?: Span,
    options?: ErrorOptions & { readonly notes?: readonly string[] },
  ) {
    const text = [messageOf(code, data), ...(span ? [codeFrame(span)] : []), ...(options?.notes ?? [])].join(
      '\n',
    );
    super(text, options && 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.data = data;
    this.span = span;
    const position = span && positionOf(span);
    this.file = span?.source.name;
    this.line = position?.line;
    this.column = position?.column;
  }
}

/** Whether a thrown value is one of our faults, from whichever copy of the package. */
export const isPolarError = (error: unknown): error is PolarError =>
  typeof error === 'object' && error !== null && (error as { [brand]?: unknown })[brand] === true;

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
    super(first.code, first.data, first.span, { notes });
    this.diagnostics = diagnostics;
  }
}

export const isPolicyError = (error: unknown): error is PolicyError =>
  isPolarError(error) && (error as { [policyBrand]?: unknown })[policyBrand] === true;
