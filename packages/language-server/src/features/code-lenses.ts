import type { CodeLens, Command } from 'vscode-languageserver';
import type { CodeLens as PolicyLens } from '@nanook/analysis';
import type { ProjectSession } from '../project/project-session.js';
import { locationOf, type Server } from './feature.js';

/** The commands that a client has, to which code lenses refer. */
export const clientCommands = {
  runTest: 'nanook.runTest',
  showReferences: 'nanook.showReferences',
  showSql: 'nanook.showSql',
} as const;

export function registerCodeLenses(server: Server): void {
  server.connection.onCodeLens(async ({ textDocument: { uri } }) => {
    const found = await server.document(uri);
    if (found === undefined || !server.settings().codeLenses) return undefined;
    const { session, name, lines } = found;
    return session.workspace.codeLenses(name).map((lens): CodeLens => {
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
      return { title, command: clientCommands.showSql, arguments: [session.folder, action.type] };
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
