import {
  ErrorCodes,
  MessageType,
  ResponseError,
  type ChangeAnnotation,
  type Range,
  type TextDocumentEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { describeSymbol, type Rename, type TextEdit } from '@nanook/analysis';
import { callsOfAction, type ActionCall } from '../project/application-calls.js';
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
    const { symbol } = renamed;
    const calls =
      symbol.kind === 'permission' ? await callsOfAction(session.folder, symbol.name, server.openText) : [];
    if (renamed.warnings.length + renamed.unsure.length > 0 && !hasAnnotations)
      showMessage(connection, MessageType.Warning, warningText(session, renamed, calls));
    return hasAnnotations
      ? annotatedEdit(session, renamed, calls, params.newName)
      : plainEdit(session, renamed);
  });
}

/** Number of calls that a message names. */
const maxNamed = 5;

const placeText = (
  session: ProjectSession,
  place: { readonly file: string; readonly start: number },
): string => `${place.file}:${session.lines(place.file).position(place.start).line + 1}`;

function warningText(
  session: ProjectSession,
  { symbol, warnings, unsure }: Rename,
  calls: readonly ActionCall[],
): string {
  const texts = warnings.map(({ place, message }) =>
    place === undefined ? message : `${placeText(session, place)}: ${message}`,
  );
  if (calls.length > 0) {
    const places = calls
      .slice(0, maxNamed)
      .map(({ uri, range }) => `${session.nameOf(uri)}:${range.start.line + 1}`);
    const others = calls.length > maxNamed ? ` and ${calls.length - maxNamed} others` : '';
    texts.push(`Calls with this action: ${places.join(', ')}${others}`);
  }
  const elsewhere =
    texts.length > 0 ? [`The ${describeSymbol(symbol)} also comes from elsewhere. ${texts.join('. ')}`] : [];
  const places = unsure.map((edit) => placeText(session, edit)).join(', ');
  return [
    ...elsewhere,
    ...(places === '' ? [] : [`Not changed, because it can mean another name: ${places}`]),
  ].join('. ');
}

function plainEdit(session: ProjectSession, { edits }: Rename): WorkspaceEdit {
  const changes: NonNullable<WorkspaceEdit['changes']> = {};
  for (const edit of edits)
    (changes[session.uriOf(edit.file)] ??= []).push({ range: rangeIn(session, edit), newText: edit.text });
  return { changes };
}

/** Returns the edits with a reason for a preview: places that can mean another name, and names that come from data. */
function annotatedEdit(
  session: ProjectSession,
  renamed: Rename,
  calls: readonly ActionCall[],
  newName: string,
): WorkspaceEdit {
  const { edits, unsure, warnings, symbol } = renamed;
  const description = warnings.map(({ place, message }) =>
    place === undefined ? message : `${placeText(session, place)}: ${message}`,
  );
  const changeAnnotations: Record<string, ChangeAnnotation> = {
    certain: {
      label: `Rename the ${describeSymbol(symbol)}`,
      // The preview that the calls need shows the other warnings, too.
      needsConfirmation: warnings.some(({ place }) => place !== undefined || calls.length === 0),
      ...(description.length > 0 && { description: description.join('; ') }),
    },
    unsure: { label: 'The text can mean another name', needsConfirmation: true },
    ...(calls.length > 0 && {
      call: {
        label: 'Rename the action in calls of the application',
        needsConfirmation: true,
        description: 'found by the syntax of the call, which can be about another type',
      },
    }),
  };
  const documents = new Map<string, TextDocumentEdit>();
  const add = (uri: string, range: Range, newText: string, annotationId: string): void => {
    const known = documents.get(uri) ?? { textDocument: { uri, version: null }, edits: [] };
    known.edits.push({ range, newText, annotationId });
    documents.set(uri, known);
  };
  const addEdit = (edit: TextEdit, annotationId: string): void =>
    add(session.uriOf(edit.file), rangeIn(session, edit), edit.text, annotationId);
  for (const edit of edits) addEdit(edit, 'certain');
  for (const edit of unsure) addEdit(edit, 'unsure');
  // A name without a quote, a backslash and a line break can still end a text in single quotes.
  for (const { uri, range } of calls) if (!/['`$]/.test(newName)) add(uri, range, newName, 'call');
  return { documentChanges: [...documents.values()], changeAnnotations };
}
