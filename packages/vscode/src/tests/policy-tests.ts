/** The part of a symbol of the language server that tests need. */
export interface PolicySymbol {
  readonly name: string;
  readonly kind: number;
  readonly range: { readonly start: { readonly line: number } };
}

/** A test in a policy. */
export interface PolicyTest {
  readonly name: string;
  /** 0-based. */
  readonly line: number;
}

/** The kind `Method` of the protocol, which the language server gives to tests alone. */
const testKind = 6;

/** Returns the tests of a document by the symbols that the language server finds in it. */
export const testsOf = (symbols: readonly PolicySymbol[]): PolicyTest[] =>
  symbols
    .filter(({ kind }) => kind === testKind)
    .map(({ name, range }) => ({ name, line: range.start.line }));
