import {
  textOf,
  type BlockNode,
  type GlobalBlockNode,
  type Node,
  type PolicyNode,
  type StatementNode,
} from '@nanook/core/syntax';
import { headText } from '../completion/rule-completions.js';
import { declarationsOf } from '../blocks/declarations.js';
import { placeOf, type Place } from '../workspace/place.js';
import type { Snapshot } from '../workspace/snapshot.js';

/** A statement or a declaration in the outline of a file. */
export interface DocumentSymbol {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'block' | 'rule' | 'rule type' | 'test' | 'query' | 'role' | 'permission' | 'relation';
  readonly start: number;
  readonly end: number;
  /** The place of the name. */
  readonly selection: { readonly start: number; readonly end: number };
  readonly children: readonly DocumentSymbol[];
}

export const documentSymbolsOf = ({ statements }: PolicyNode): readonly DocumentSymbol[] =>
  statements.map(symbolOf);

function symbolOf(statement: StatementNode): DocumentSymbol {
  const { start, end } = statement.span;
  const at = (node: Pick<Node, 'span'>) => ({ start: node.span.start, end: node.span.end });
  switch (statement.kind) {
    case 'block':
      return {
        name: statement.className.name,
        detail: statement.keyword?.name ?? '',
        kind: 'block',
        start,
        end,
        selection: at(statement.className),
        children: childrenOf(statement),
      };
    case 'global-block':
      return {
        name: statement.keyword.name,
        detail: '',
        kind: 'block',
        start,
        end,
        selection: at(statement.keyword),
        children: childrenOf(statement),
      };
    case 'fact-declaration': {
      const selection = at({ span: statement.nameSpan });
      const { name } = statement;
      return { name, detail: 'declare', kind: 'rule type', start, end, selection, children: [] };
    }
    case 'test-fixture': {
      const selection = at(statement.name);
      const { name } = statement.name;
      return { name, detail: 'test fixture', kind: 'test', start, end, selection, children: [] };
    }
    case 'rule':
    case 'rule-type': {
      const kind = statement.kind === 'rule' ? 'rule' : 'rule type';
      const selection = at({ span: statement.nameSpan });
      return { name: headText(statement), detail: '', kind, start, end, selection, children: [] };
    }
    case 'test':
      return {
        name: statement.name.value || 'test',
        detail: 'test',
        kind: 'test',
        start,
        end,
        selection: at(statement.name),
        children: [],
      };
    case 'inline-query': {
      const name = textOf(statement.span).slice(0, 80);
      return { name, detail: '', kind: 'query', start, end, selection: at(statement.term), children: [] };
    }
    default:
      return statement satisfies never;
  }
}

const childrenOf = (block: BlockNode | GlobalBlockNode): readonly DocumentSymbol[] =>
  declarationsOf(block).map(({ kind, name, span: { start, end } }) => ({
    name: name || kind,
    detail: kind,
    kind,
    start,
    end,
    selection: { start, end },
    children: [],
  }));

/** A declaration of a workspace. */
export interface WorkspaceSymbol extends Place {
  readonly name: string;
  readonly kind: DocumentSymbol['kind'];
  /** The type whose block contains it. */
  readonly container: string | undefined;
}

/** Returns the declarations whose name contains all letters of a text, in their order. */
export function workspaceSymbols({ trees }: Snapshot, query: string): readonly WorkspaceSymbol[] {
  const found: WorkspaceSymbol[] = [];
  const add = (symbol: DocumentSymbol, place: Place, container?: string): void => {
    if (matches(symbol.name, query))
      found.push({ ...place, ...symbol.selection, name: symbol.name, kind: symbol.kind, container });
    for (const child of symbol.children) add(child, place, symbol.name);
  };
  for (const tree of trees) for (const symbol of documentSymbolsOf(tree)) add(symbol, placeOf(tree.span));
  return found;
}

function matches(name: string, query: string): boolean {
  const text = name.toLowerCase();
  let from = 0;
  for (const letter of query.toLowerCase()) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}
