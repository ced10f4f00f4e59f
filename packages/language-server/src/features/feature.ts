import {
  ShowMessageNotification,
  type Connection,
  type Location,
  type MessageType,
  type Position,
  type Range,
} from 'vscode-languageserver';
import type { Place } from '@nanook/analysis';
import type { ProjectSession } from '../project/project-session.js';
import type { Settings } from '../settings.js';
import type { Lines } from '../text/lines.js';

/** The document of a request. */
export interface RequestedDocument {
  readonly session: ProjectSession;
  readonly name: string;
  readonly lines: Lines;
}

/** The parts of a server that its features share. */
export interface Server {
  readonly connection: Connection;
  readonly settings: () => Settings;
  /** Returns the document of a request, after its project was read; undefined for a document that is not a policy. */
  readonly document: (uri: string) => Promise<RequestedDocument | undefined>;
  readonly sessions: () => readonly ProjectSession[];
  /** Returns the text of an open document. */
  readonly openText: (uri: string) => string | undefined;
  /** Returns a document of the application that calls the policies; undefined for a policy. */
  readonly application: (uri: string) => ApplicationDocument | undefined;
}

/** A document in TypeScript or JavaScript. */
export interface ApplicationDocument {
  readonly session: ProjectSession;
  readonly text: string;
  readonly offsetOf: (position: Position) => number;
}

/** A document and an offset in it. */
export interface RequestedPlace extends RequestedDocument {
  readonly offset: number;
}

export async function placeOf(
  server: Server,
  {
    textDocument,
    position,
  }: { readonly textDocument: { readonly uri: string }; readonly position: Position },
): Promise<RequestedPlace | undefined> {
  const document = await server.document(textDocument.uri);
  return document && { ...document, offset: document.lines.offset(position) };
}

export const rangeIn = (session: ProjectSession, { file, start, end }: Place): Range =>
  session.lines(file).range({ start, end });

export const locationOf = (session: ProjectSession, place: Place): Location => ({
  uri: session.uriOf(place.file),
  range: rangeIn(session, place),
});

/** Shows a message. The functions of `connection.window` expect an answer, which some clients refuse. */
export const showMessage = (connection: Connection, type: MessageType, message: string): void =>
  void connection.sendNotification(ShowMessageNotification.type, { type, message });
