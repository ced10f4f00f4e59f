import type { SymbolIndex } from '../symbols/symbol-index.js';
import type { PolicySymbol } from '../symbols/policy-symbol.js';

/** The kinds of names that only the analysis can tell apart. */
export const semanticKinds = [
  'function',
  'type',
  'property',
  'variable',
  'constant',
  'role',
  'permission',
  'relation',
] as const;
export type SemanticKind = (typeof semanticKinds)[number];

/** A name of a policy and its kind. */
export interface SemanticToken {
  readonly start: number;
  readonly end: number;
  readonly kind: SemanticKind;
  readonly isDeclaration: boolean;
}

const kinds: Readonly<Record<PolicySymbol['kind'], SemanticKind>> = {
  rule: 'function',
  type: 'type',
  field: 'property',
  variable: 'variable',
  constant: 'constant',
  fixture: 'constant',
  role: 'role',
  permission: 'permission',
  relation: 'relation',
};

/** Returns the names of a file with their kinds, in the order of the text. */
export function semanticTokensOf(symbols: SymbolIndex, file: string): readonly SemanticToken[] {
  let last = -1;
  return symbols
    .inFile(file)
    .toSorted((a, b) => a.start - b.start)
    .flatMap(({ symbols: [symbol], start, end, role }): SemanticToken[] => {
      if (symbol === undefined || start < last || end <= start) return [];
      last = end;
      return [{ start, end, kind: kinds[symbol.kind], isDeclaration: role === 'declaration' }];
    });
}
