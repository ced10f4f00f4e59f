import {
  CodeActionKind,
  type CodeAction as ProtocolAction,
  type TextEdit as ProtocolEdit,
} from 'vscode-languageserver';
import type { CodeAction, TextEdit } from '@nanook/analysis';
import type { ProjectSession } from '../project/project-session.js';
import { rangeIn, type Server } from './feature.js';

const editOf = (session: ProjectSession, edit: TextEdit): ProtocolEdit => ({
  range: rangeIn(session, edit),
  newText: edit.text,
});

/** The kind of the action that puts the declarations of blocks first, which an editor can run when it saves a file. */
export const organizeBlocksKind = `${CodeActionKind.Source}.organizeBlocks`;

export function registerEdits({ connection, document }: Server): void {
  connection.onDocumentFormatting(async ({ textDocument: { uri } }) => {
    const found = await document(uri);
    return found?.session.workspace.format(found.name).map((edit) => editOf(found.session, edit));
  });

  connection.onDocumentRangeFormatting(async ({ textDocument: { uri }, range }) => {
    const found = await document(uri);
    if (found === undefined) return undefined;
    const { session, name, lines } = found;
    return session.workspace.format(name, lines.offsets(range)).map((edit) => editOf(session, edit));
  });

  connection.onDocumentOnTypeFormatting(async ({ textDocument: { uri }, position }) => {
    const found = await document(uri);
    if (found === undefined) return undefined;
    const { session, name, lines } = found;
    const end = lines.offset(position);
    return session.workspace
      .format(name, { start: end - 1, end: end - 1 })
      .map((edit) => editOf(session, edit));
  });

  connection.onCodeAction(async ({ textDocument: { uri }, range, context }) => {
    const found = await document(uri);
    if (found === undefined) return undefined;
    const { session, name, lines } = found;
    const { workspace } = session;
    const wants = (kind: string): boolean =>
      context.only === undefined || context.only.some((only) => kind === only || kind.startsWith(`${only}.`));
    const fixes = wants(CodeActionKind.QuickFix) ? workspace.codeActions(name, lines.offsets(range)) : [];
    const all = wants(CodeActionKind.SourceFixAll) ? workspace.fixAll(name) : undefined;
    const organized = wants(organizeBlocksKind) ? workspace.organizeBlocks(name) : undefined;
    const quick = fixes.map((action) => ({
      ...protocolAction(session, action, CodeActionKind.QuickFix),
      diagnostics: context.diagnostics.filter(
        (each) => each.code === action.code && isSame(each.range, lines.range(action)),
      ),
    }));
    return [
      ...quick,
      ...(all === undefined ? [] : [protocolAction(session, all, CodeActionKind.SourceFixAll)]),
      ...(organized === undefined ? [] : [protocolAction(session, organized, organizeBlocksKind)]),
    ];
  });
}

function protocolAction(
  session: ProjectSession,
  { title, edits, keepsAnswers, code }: CodeAction,
  kind: string,
): ProtocolAction {
  return {
    title,
    kind,
    isPreferred: keepsAnswers && code !== undefined,
    edit: { changes: { [session.uriOf(edits[0]?.file ?? '')]: edits.map((edit) => editOf(session, edit)) } },
  };
}

const isSame = (a: ProtocolEdit['range'], b: ProtocolEdit['range']): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
