import type { DeclarationKind } from '../blocks/declarations.js';

/** A name of a policy: everything that has a definition and uses. */
export type PolicySymbol =
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'type'; readonly name: string }
  | { readonly kind: 'field'; readonly type: string; readonly name: string }
  /** A role, a permission or a relation of a type. `*` is any type. */
  | { readonly kind: DeclarationKind; readonly type: string; readonly name: string }
  /** A variable of the statement that begins at an offset of a file. */
  | { readonly kind: 'variable'; readonly name: string; readonly scope: string }
  | { readonly kind: 'constant' | 'fixture'; readonly name: string };

/** Returns a text that equal symbols share. */
export function keyOf(symbol: PolicySymbol): string {
  const { kind, name } = symbol;
  if (symbol.kind === 'variable') return `${kind} ${symbol.scope} ${name}`;
  return 'type' in symbol ? `${kind} ${symbol.type} ${name}` : `${kind} ${name}`;
}

/** Returns a symbol as messages show it: `role "owner" of Note`. */
export function describeSymbol(symbol: PolicySymbol): string {
  const { kind, name } = symbol;
  switch (symbol.kind) {
    case 'role':
    case 'permission':
    case 'relation':
      return `${kind} "${name}"${symbol.type === '*' ? '' : ` of ${symbol.type}`}`;
    case 'field':
      return `field \`${symbol.type}.${name}\``;
    default:
      return `${kind} \`${name}\``;
  }
}

/** A place that names a symbol. */
export interface Occurrence {
  /** The symbol. There are several if the type at the place is not certain. */
  readonly symbols: readonly PolicySymbol[];
  /** Whether the name can also be that of a type that does not declare it. */
  readonly isFree: boolean;
  /** Whether the value at the place can have any type, so that other types can have the name, too. */
  readonly isOfAnyType: boolean;
  readonly file: string;
  /** The place of the name, without quotes. */
  readonly start: number;
  readonly end: number;
  /** `declaration` introduces the name, `grant` is the head of a rule that gives it. */
  readonly role: 'declaration' | 'grant' | 'use';
  /** The whole statement or part of it that the name belongs to. */
  readonly whole: { readonly start: number; readonly end: number };
}
