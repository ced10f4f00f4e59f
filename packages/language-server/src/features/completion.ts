import {
  CompletionItemKind,
  InsertTextFormat,
  MarkupKind,
  type CompletionItem,
  type MarkupContent,
} from 'vscode-languageserver';
import type { Completion, CompletionKind } from '@nanook/analysis';
import { placeOf, rangeIn, type Server } from './feature.js';

const kinds: Readonly<Record<CompletionKind, CompletionItemKind>> = {
  action: CompletionItemKind.Event,
  constant: CompletionItemKind.Constant,
  field: CompletionItemKind.Field,
  fixture: CompletionItemKind.Value,
  keyword: CompletionItemKind.Keyword,
  method: CompletionItemKind.Method,
  relation: CompletionItemKind.Reference,
  role: CompletionItemKind.EnumMember,
  rule: CompletionItemKind.Function,
  snippet: CompletionItemKind.Snippet,
  type: CompletionItemKind.Class,
  value: CompletionItemKind.EnumMember,
  variable: CompletionItemKind.Variable,
};

const policyCode = (text: string): string => `\`\`\`polar\n${text}\n\`\`\``;

export function registerCompletion(server: Server, hasSnippets: boolean): void {
  const { connection } = server;
  connection.onCompletion(async (params) => {
    const place = await placeOf(server, params);
    if (place === undefined) return undefined;
    const { session, name, offset } = place;
    if (place.lines.text.includes('test "')) await session.readFixtures();
    const found = session.workspace.complete(name, offset);
    if (found === undefined) return undefined;
    const range = rangeIn(session, found.replaces);
    const itemOf = ({ label, kind, detail, snippet }: Completion, rank: number): CompletionItem => ({
      label,
      kind: kinds[kind],
      ...(detail !== undefined && { detail }),
      // The analysis puts the most likely text first, and a client sorts by the alphabet otherwise.
      sortText: String(rank).padStart(4, '0'),
      filterText: label,
      textEdit: { range, newText: hasSnippets ? (snippet ?? escaped(label)) : label },
      insertTextFormat: hasSnippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    });
    return { isIncomplete: false, items: found.items.map(itemOf) };
  });

  connection.onHover(async (params) => {
    const place = await placeOf(server, params);
    const found = place?.session.workspace.hover(place.name, place.offset);
    if (place === undefined || found === undefined) return undefined;
    const contents: MarkupContent = {
      kind: MarkupKind.Markdown,
      value: [...found.code.map(policyCode), ...found.text].join('\n\n'),
    };
    return { contents, range: place.lines.range(found) };
  });

  connection.onSignatureHelp(async (params) => {
    const place = await placeOf(server, params);
    const found = place?.session.workspace.signature(place.name, place.offset);
    if (found === undefined) return undefined;
    const signatures = found.heads.map(({ text, parameters, returns }) => ({
      label: text,
      ...(returns !== undefined && { documentation: `Returns ${returns}.` }),
      parameters: parameters.map((label) => ({ label })),
    }));
    const active = found.heads.findIndex(({ parameters }) => parameters.length > found.index);
    return { signatures, activeSignature: Math.max(0, active), activeParameter: found.index };
  });
}

/** Escapes the characters of a snippet that have a meaning. */
const escaped = (text: string): string => text.replaceAll(/[\\$}]/g, String.raw`\$&`);
