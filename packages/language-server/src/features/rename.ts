import {
  ErrorCodes,
  MessageType,
  ResponseError,
  type ChangeAnnotation,
  type TextDocumentEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { describeSymbol, type Rename, type TextEdit } from '@nanook/analysis';
import type { ProjectSession } from '../project/project-session.js';
import { placeOf, rangeIn, showMessage, type Server } from './feature.js';

/** @param hasAnnotations whether the client shows a preview of edits that need a confirmation */
export function registerRename(server: Server, hasAnnotations: boolean): void {
  const { connection } = server;
  connection.onPrepareRename(async (params) => {
    const place = await placeOf(server, params);
    if (place === undefined) return undefined;
    const found = place.session.workspace.prepareRename(place.name, place.offset);
    if ('reason' in found) throw new ResponseError(ErrorCodes.InvalidRequest, found.reason);
    return place.lines.range(found);
  });

  connection.onRenameRequest(async (params) => {
    const place = await placeOf(server, params);
    if (place === undefined) return undefined;
    const { session, name, offset } = place;
    const renamed = session.workspace.rename(name, offset, params.newName);
    if ('reason' in renamed) throw new ResponseError(ErrorCodes.InvalidRequest, renamed.reason);
    if (renamed.warnings.length > 0 && !hasAnnotations)
      showMessage(connection, MessageType.Warning, warningText(session, renamed));
    return hasAnnotations ? annotatedEdit(session, renamed) : plainEdit(session, renamed);
  });
}

const placeText = (
  session: ProjectSession,
  place: { readonly file: string; readonly start: number },
): string => `${place.file}:${session.lines(place.file).position(place.start).line + 1}`;

const warningText = (session: ProjectSession, { symbol, warnings }: Rename): string => {
  const texts = warnings.map(({ place, message }) =>
    place === undefined ? message : `${placeText(session, place)}: ${message}`,
  );
  return `The ${describeSymbol(symbol)} also comes from elsewhere. ${texts.join('. ')}`;
};

function plainEdit(session: ProjectSession, { edits }: Rename): WorkspaceEdit {
  const changes: NonNullable<WorkspaceEdit['changes']> = {};
  for (const edit of edits)
    (changes[session.uriOf(edit.file)] ??= []).push({ range: rangeIn(session, edit), newText: edit.text });
  return { changes };
}

/** Returns the edits with a reason for a preview: places that can mean another name, and names that come from data. */
function annotatedEdit(session: ProjectSession, renamed: Rename): WorkspaceEdit {
  const { edits, unsure, warnings, symbol } = renamed;
  const description = warnings.map(({ place, message }) =>
    place === undefined ? message : `${placeText(session, place)}: ${message}`,
  );
  const changeAnnotations: Record<string, ChangeAnnotation> = {
    certain: {
      label: `Rename the ${describeSymbol(symbol)}`,
      needsConfirmation: warnings.length > 0,
      ...(description.length > 0 && { description: description.join('; ') }),
    },
    unsure: { label: 'The type is not certain', needsConfirmation: true },
  };
  const documents = new Map<string, TextDocumentEdit>();
  const add = (edit: TextEdit, annotationId: string): void => {
    const uri = session.uriOf(edit.file);
    const known = documents.get(uri) ?? { textDocument: { uri, version: null }, edits: [] };
    known.edits.push({ range: rangeIn(session, edit), newText: edit.text, annotationId });
    documents.set(uri, known);
  };
  for (const edit of edits) add(edit, 'certain');
  for (const edit of unsure) add(edit, 'unsure');
  return { documentChanges: [...documents.values()], changeAnnotations };
}
