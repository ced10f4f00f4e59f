import {
  FoldingRangeKind,
  InlayHintKind,
  SemanticTokensBuilder,
  SymbolKind,
  type DocumentSymbol as ProtocolSymbol,
  type SelectionRange,
  type SemanticTokensLegend,
} from 'vscode-languageserver';
import { semanticKinds, type DocumentSymbol, type SemanticKind } from '@nanook/analysis';
import type { Lines } from '../text/lines.js';
import { locationOf, type Server } from './feature.js';

const symbolKinds: Readonly<Record<DocumentSymbol['kind'], SymbolKind>> = {
  block: SymbolKind.Class,
  rule: SymbolKind.Function,
  'rule type': SymbolKind.Interface,
  test: SymbolKind.Method,
  query: SymbolKind.Event,
  role: SymbolKind.EnumMember,
  permission: SymbolKind.Event,
  relation: SymbolKind.Field,
};

/** The standard kinds of tokens, so that every theme has colors for them. */
const tokenTypes: Readonly<Record<SemanticKind, string>> = {
  function: 'function',
  type: 'class',
  property: 'property',
  variable: 'variable',
  constant: 'variable',
  role: 'enumMember',
  permission: 'enumMember',
  relation: 'property',
};
const types = [...new Set(Object.values(tokenTypes))];
const modifiers = ['declaration', 'readonly', ...semanticKinds.filter((kind) => !types.includes(kind))];

/** A role, a permission, a relation and a constant also have a modifier of this name. */
export const semanticLegend: SemanticTokensLegend = { tokenTypes: types, tokenModifiers: modifiers };

const bitOf = (modifier: string): number => {
  const index = modifiers.indexOf(modifier);
  return index === -1 ? 0 : 1 << index;
};

const symbolOf = (
  { name, detail, kind, start, end, selection, children }: DocumentSymbol,
  lines: Lines,
): ProtocolSymbol => ({
  name,
  detail,
  kind: symbolKinds[kind],
  range: lines.range({ start, end }),
  selectionRange: lines.range(selection),
  children: children.map((child) => symbolOf(child, lines)),
});

export function registerOutline(server: Server): void {
  const { connection, document } = server;
  connection.onDocumentSymbol(async ({ textDocument: { uri } }) => {
    const found = await document(uri);
    return found?.session.workspace
      .documentSymbols(found.name)
      .map((symbol) => symbolOf(symbol, found.lines));
  });

  connection.onWorkspaceSymbol(({ query }) =>
    server.sessions().flatMap((session) =>
      session.workspace.workspaceSymbols(query).map(({ name, kind, container, ...place }) => ({
        name,
        kind: symbolKinds[kind],
        location: locationOf(session, place),
        ...(container !== undefined && { containerName: container }),
      })),
    ),
  );

  connection.onFoldingRanges(async ({ textDocument: { uri } }) => {
    const found = await document(uri);
    return found?.session.workspace.folding(found.name).map(({ start, end, kind }) => ({
      startLine: found.lines.position(start).line,
      endLine: found.lines.position(end).line,
      kind: kind === 'comment' ? FoldingRangeKind.Comment : FoldingRangeKind.Region,
    }));
  });

  connection.onSelectionRanges(async ({ textDocument: { uri }, positions }) => {
    const found = await document(uri);
    if (found === undefined) return undefined;
    const { session, name, lines } = found;
    return positions.map((position) => {
      const ranges = session.workspace.selectionRanges(name, lines.offset(position));
      const whole: SelectionRange = { range: lines.range({ start: 0, end: lines.text.length }) };
      return ranges.reduceRight<SelectionRange>(
        (parent, range) => ({ range: lines.range(range), parent }),
        whole,
      );
    });
  });

  connection.languages.semanticTokens.on(async ({ textDocument: { uri } }) => {
    const found = await document(uri);
    const builder = new SemanticTokensBuilder();
    for (const { start, end, kind, isDeclaration } of found?.session.workspace.semanticTokens(found.name) ??
      []) {
      const { line, character } = found!.lines.position(start);
      const bits = bitOf(kind) | (isDeclaration ? bitOf('declaration') : 0);
      builder.push(line, character, end - start, types.indexOf(tokenTypes[kind]), bits);
    }
    return builder.build();
  });

  connection.languages.inlayHint.on(async ({ textDocument: { uri }, range }) => {
    const found = await document(uri);
    if (found === undefined || !server.settings().inlayHints) return [];
    const { session, name, lines } = found;
    return session.workspace.inlayHints(name, lines.offsets(range)).map(({ offset, text }) => ({
      position: lines.position(offset),
      label: text,
      kind: InlayHintKind.Type,
    }));
  });
}
