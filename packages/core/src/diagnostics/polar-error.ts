import { hasBrand } from './coded-error.js';
import type { Code, DataOf } from './codes.js';
import { type Span, positionOf } from './span.js';
import { frameOf, shortData, textOf } from './texts.js';

// One identity across the ESM and the CommonJS copy of this package.
const brand = Symbol.for('@nanook/core/PolarError');

/** A call of a rule that led to an error: the rule, and the place of its call. Both are undefined for the query itself. @internal */
export interface TracedCall {
  readonly rule:
    | {
        readonly name: string;
        readonly span: Span;
        readonly parameters: readonly { readonly term: { readonly kind: string; readonly span: Span } }[];
        readonly body: { readonly kind: string; readonly span: Span } | undefined;
        /** The type of the block whose shorthand rule it is. */
        readonly shorthandOf?: string | undefined;
      }
    | undefined;
  readonly callSpan: Span | undefined;
}

/** The calls that led to an error, innermost first, and the notes that describe them in its message. @internal */
export interface Trace {
  readonly notes: readonly string[];
  readonly calls: readonly TracedCall[];
}

/**
 * An error in a policy, in a call of the authorizer, or in the data of a query. A refusal is an `AuthorizationError` instead. Branch
 * on `code` and `data`, never on the message.
 */
export class PolarError<C extends Code = Code> extends Error {
  override readonly name: string = 'PolarError';
  readonly code: C;
  readonly data: DataOf<C>;
  readonly #span: Span | undefined;
  readonly #calls: readonly TracedCall[];
  readonly #receiver: unknown;
  /** The name of the source, when the error is in a named one. */
  readonly file: string | undefined;
  /** 1-based. */
  readonly line: number | undefined;
  /** 1-based, in code points. */
  readonly column: number | undefined;

  constructor(
    code: C,
    data: DataOf<C>,
    span?: Span,
    /** `text`: the message of a diagnostic, if there is one. `notes`: further lines. */
    options?: ErrorOptions & Partial<Trace> & { readonly text?: string; readonly receiver?: unknown },
  ) {
    const message = options?.text ?? textOf(code, data);
    const text = [message, ...(span ? [frameOf(span)] : []), ...(options?.notes ?? [])].join('\n');
    super(text, options && 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.data = shortData(data);
    this.#span = span;
    this.#calls = options?.calls ?? [];
    this.#receiver = options?.receiver;
    const position = span && positionOf(span);
    this.file = span?.source.name;
    this.line = position?.line;
    this.column = position?.column;
  }

  // On the prototype, so that a log shows neither.
  get [brand](): true {
    return true;
  }

  get span(): Span | undefined {
    return this.#span;
  }

  /** The value whose member is missing. @internal */
  get receiver(): unknown {
    return this.#receiver;
  }

  /** The calls of rules that led to the error, innermost first. @internal */
  get calls(): readonly TracedCall[] {
    return this.#calls;
  }

  /** Returns the fields for a log: all but the text of the policy. */
  toJSON(): LoggedError {
    const { name, code, message, file, line, column, data } = this;
    return { name, code, message, file, line, column, data };
  }
}

export interface LoggedError {
  readonly name: string;
  readonly code: Code;
  /** The message with its code frame. */
  readonly message: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly data: unknown;
}

/** Returns whether a thrown value is a `PolarError`, from any copy of the package. */
export const isPolarError = (error: unknown): error is PolarError => hasBrand(error, brand);

/** Returns whether an error means that the data could not decide a check or query. */
export const isUndecided = (error: unknown): error is PolarError =>
  isPolarError(error) && error.code.startsWith('POLAR_UNDECIDED_');
