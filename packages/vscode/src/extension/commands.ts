import { clientCommands, clientMessages, type MeasurementParams } from '@nanook/language-server';
import { commands, Uri, ViewColumn, window, type ExtensionContext } from 'vscode';
import type { LanguageClient, Location, Position } from 'vscode-languageclient/node';
import { auditArguments, readAudit } from '../project/audit-result.js';
import { runCommand } from '../project/run-command.js';
import { askForValue, fixturesOf } from './fixtures.js';
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
    commands.registerCommand(clientCommands.showSql, async (folder: string, type: string, known?: string) => {
      const title = `SQL of the rows of ${type}`;
      const actor = await askForValue(title, actorPrompt, await fixturesOf(client, folder));
      const action = actor === undefined ? undefined : (known ?? (await ask(title, actionPrompt)));
      if (actor !== undefined && action !== undefined)
        await runInTerminal(folder, ['where', actor, action, type]);
    }),
    commands.registerCommand(clientCommands.explainAction, (folder: string, action: string, type: string) =>
      explain(client, folder, action, type),
    ),
  );
}

/** Provides the commands of the palette about the decisions of the project. The editor shows their errors. */
export function registerProjectCommands({ subscriptions }: ExtensionContext, client: LanguageClient): void {
  subscriptions.push(
    commands.registerCommand('nanook.explore', () => runInTerminal(openProject(), ['explore', '--open'])),
    commands.registerCommand('nanook.explain', () => explain(client, openProject())),
    commands.registerCommand('nanook.showGraph', showGraph),
    commands.registerCommand('nanook.countRoutes', () => countRoutes(client)),
  );
}

/** Explains a decision in a terminal. It asks for the actor and the resource, and for an action if it is not known. */
async function explain(client: LanguageClient, folder: string, known?: string, type?: string): Promise<void> {
  const title = known === undefined ? 'Explain a decision' : `Explain ${known} of ${type}`;
  const fixtures = await fixturesOf(client, folder);
  const actor = await askForValue(title, actorPrompt, fixtures);
  if (actor === undefined) return;
  const action = known ?? (await ask(title, actionPrompt));
  if (action === undefined) return;
  const resource = await askForValue(title, resourcePrompt, fixtures, type);
  if (resource !== undefined) await runInTerminal(folder, ['explain', actor, action, resource]);
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

/** Lets the code lenses show the routes of the application that each rule can grant, by `nanook audit`, which loads the application. */
async function countRoutes(client: LanguageClient): Promise<void> {
  const folder = openProject();
  const result = await window.withProgress({ location: { viewId: 'workbench.view.explorer' } }, () =>
    runCommand(trustedCommand(folder, auditArguments)),
  );
  const params: MeasurementParams = { uri: Uri.file(folder).toString(), audit: readAudit(result) };
  await client.sendNotification(clientMessages.measurements, params);
}
