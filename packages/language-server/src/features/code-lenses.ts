import { fileURLToPath } from 'node:url';
import type { CodeLens, Command } from 'vscode-languageserver';
import type { CodeLens as PolicyLens } from '@nanook/analysis';
import type { MeasurementParams } from '../project/measurements.js';
import type { ProjectSession } from '../project/project-session.js';
import { locationOf, type Server } from './feature.js';

/** The commands that a client has, to which code lenses refer. */
export const clientCommands = {
  explainAction: 'nanook.explainAction',
  runTest: 'nanook.runTest',
  showReferences: 'nanook.showReferences',
  showSql: 'nanook.showSql',
} as const;

/** The messages about fixtures and runs that a client can send. */
export const clientMessages = {
  /** Sends the results of a run, whose numbers code lenses show until a text changes. */
  measurements: 'nanook/measurements',
  /** Asks for the types of the fixtures by their names. The parameter is the URI of the folder of a project. */
  fixtures: 'nanook/fixtures',
} as const;

export function registerCodeLenses(server: Server): void {
  const sessionAt = (uri: string): ProjectSession | undefined =>
    server.sessions().find(({ folder }) => folder === fileURLToPath(uri));
  server.connection.onNotification(clientMessages.measurements, async (params: MeasurementParams) => {
    const session = sessionAt(params.uri);
    await session?.ready;
    session?.measure(params);
  });
  server.connection.onRequest(clientMessages.fixtures, async ({ uri }: { readonly uri: string }) => {
    const session = sessionAt(uri);
    await session?.ready;
    await session?.readFixtures();
    return session?.fixtures ?? {};
  });
  server.connection.onCodeLens(async ({ textDocument: { uri } }) => {
    const found = await server.document(uri);
    if (found === undefined || !server.settings().codeLenses) return undefined;
    const { session, name, lines } = found;
    return session.workspace.codeLenses(name, session.measurements).map((lens): CodeLens => {
      const { line } = lines.position(lens.start);
      const place = { line, character: 0 };
      return { range: { start: place, end: place }, command: commandOf(session, lens) };
    });
  });
}

function commandOf(session: ProjectSession, { title, action }: PolicyLens): Command {
  switch (action.kind) {
    case 'run test':
      return { title, command: clientCommands.runTest, arguments: [session.uriOf(action.file), action.test] };
    case 'show sql':
      return {
        title,
        command: clientCommands.showSql,
        arguments: [session.folder, action.type, ...(action.action === undefined ? [] : [action.action])],
      };
    case 'explain':
      return {
        title,
        command: clientCommands.explainAction,
        arguments: [session.folder, action.action, action.type],
      };
    case 'show references': {
      const { file, offset } = action;
      const position = session.lines(file).position(offset);
      const places = session.workspace.references(file, offset).map((target) => locationOf(session, target));
      return {
        title,
        command: clientCommands.showReferences,
        arguments: [session.uriOf(file), position, places],
      };
    }
    default:
      return action satisfies never;
  }
}
