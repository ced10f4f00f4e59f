import type { PolicyDialect, TypesInput } from '@nanook/core';
import type { PolicyNode, Span } from '@nanook/core/syntax';

/** The policies of a project, without syntax errors, and the types and constants of the application. */
export interface LintInput {
  readonly trees: readonly PolicyNode[];
  readonly types: TypesInput;
  readonly constants: Readonly<Record<string, unknown>>;
  /** The meaning of the policies. */
  readonly dialect?: PolicyDialect | undefined;
  /** Returns the place of a statement for a message. An editor has statements of earlier texts. The default is `placeOf`. */
  readonly placeOf?: (span: Span) => string;
}

/** A probable mistake that a lint finds. */
export interface Mistake {
  readonly span: Span;
  readonly message: string;
}

/** Looks for one kind of mistake. */
export interface Lint {
  readonly code: `NANOOK_LINT_${string}`;
  /** Whether a statement that is not in the trees could refute a finding. */
  readonly needsAllStatements?: boolean;
  readonly find: (input: LintInput) => Iterable<Mistake>;
}
