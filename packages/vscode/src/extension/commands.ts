import { clientCommands } from '@nanook/language-server';
import { commands, Uri, ViewColumn, window, type ExtensionContext } from 'vscode';
import type { LanguageClient, Location, Position } from 'vscode-languageclient/node';
import { runCommand } from '../project/run-command.js';
import { folderOf, openProject, trustedCommand } from './project.js';
import { ask, runInTerminal } from './terminal.js';

const actorPrompt = 'The actor: a fixture, or a value such as User{id: 7}';
const actionPrompt = 'The action, such as read';
const resourcePrompt = 'The resource: a fixture, a type such as Note, or a value such as Note{id: 1}';

/** Provides the commands that the code lenses of the server name. */
export function registerClientCommands({ subscriptions }: ExtensionContext, client: LanguageClient): void {
  const { protocol2CodeConverter: convert } = client;
  subscriptions.push(
    commands.registerCommand(
      clientCommands.showReferences,
      (uri: string, position: Position, places: readonly Location[]) =>
        commands.executeCommand(
          'editor.action.showReferences',
          convert.asUri(uri),
          convert.asPosition(position),
          places.map((place) => convert.asLocation(place)),
        ),
    ),
    commands.registerCommand(clientCommands.runTest, (uri: string, name: string) =>
      runInTerminal(folderOf(Uri.parse(uri)), ['test', '--name', name]),
    ),
    commands.registerCommand(clientCommands.showSql, async (folder: string, type: string) => {
      const words = await ask(`SQL of the rows of ${type}`, actorPrompt, actionPrompt);
      if (words !== undefined) await runInTerminal(folder, ['where', ...words, type]);
    }),
  );
}

/** Provides the commands of the palette that show the decisions of the project. The editor shows their errors. */
export function registerProjectCommands({ subscriptions }: ExtensionContext): void {
  subscriptions.push(
    commands.registerCommand('nanook.explore', () => runInTerminal(openProject(), ['explore', '--open'])),
    commands.registerCommand('nanook.explain', async () => {
      const words = await ask('Explain a decision', actorPrompt, actionPrompt, resourcePrompt);
      if (words !== undefined) await runInTerminal(openProject(), ['explain', ...words]);
    }),
    commands.registerCommand('nanook.showGraph', showGraph),
  );
}

/** Shows the page of `nanook graph`, which needs no scripts, beside the policy. */
async function showGraph(): Promise<void> {
  const { code, out, err } = await runCommand(trustedCommand(openProject(), ['graph', '--format', 'html']));
  if (code !== 0) throw new Error(err.trim() || `nanook graph ended with ${code ?? 'a signal'}`);
  const panel = window.createWebviewPanel('nanook.graph', 'Roles and permissions', ViewColumn.Beside, {
    enableScripts: false,
    localResourceRoots: [],
  });
  panel.webview.html = out;
}
