import { clientCommands } from '@nanook/language-server';
import {
  commands,
  ProcessExecution,
  Task,
  tasks,
  TaskRevealKind,
  TaskScope,
  Uri,
  window,
  workspace,
  type ExtensionContext,
} from 'vscode';
import type { LanguageClient, Location, Position } from 'vscode-languageclient/node';
import { projectCommand } from '../project/project-command.js';
import { projectFolder } from '../project/project-folder.js';
import { nodePath } from './client.js';

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
      runInTerminal(folderOf(Uri.parse(uri)), 'test', ['test', '--name', name]),
    ),
    commands.registerCommand(clientCommands.showSql, showSql),
  );
}

/** Returns the folder of the project that a document belongs to. */
export function folderOf(uri: Uri): string {
  const open = workspace.getWorkspaceFolder(uri) ?? workspace.workspaceFolders?.[0];
  return projectFolder(uri.fsPath, open?.uri.fsPath ?? Uri.joinPath(uri, '..').fsPath);
}

async function showSql(folder: string, type: string): Promise<void> {
  const actor = await window.showInputBox({
    title: `SQL of the rows of ${type}`,
    prompt: 'The actor: a fixture, or a value such as User{id: 7}',
  });
  if (actor === undefined) return;
  const action = await window.showInputBox({ title: `SQL of the rows of ${type}`, prompt: 'The action' });
  if (action !== undefined) await runInTerminal(folder, 'where', ['where', actor, action, type]);
}

/** Runs the command `nanook` of a project in a terminal. It runs code of the project, so that it needs a trusted workspace. */
export async function runInTerminal(folder: string, name: string, args: readonly string[]): Promise<void> {
  if (!workspace.isTrusted) {
    void window.showErrorMessage(
      'The command nanook runs code of the project, and this workspace is not trusted. Trust it first: Workspaces: Manage Workspace Trust.',
    );
    return;
  }
  try {
    const { command, args: all, cwd } = projectCommand(folder, args, nodePath());
    const task = new Task(
      { type: 'nanook', task: name },
      workspace.getWorkspaceFolder(Uri.file(folder)) ?? TaskScope.Workspace,
      name,
      'nanook',
      new ProcessExecution(command, [...all], { cwd }),
    );
    task.presentationOptions = { reveal: TaskRevealKind.Always, clear: true };
    await tasks.executeTask(task);
  } catch (error) {
    void window.showErrorMessage((error as Error).message);
  }
}
