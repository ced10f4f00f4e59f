import { Uri, window, workspace, type WorkspaceFolder } from 'vscode';
import { projectCommand, type ProjectCommand } from '../project/project-command.js';
import { projectFolder } from '../project/project-folder.js';
import { nodePath } from './client.js';

/** Returns the folder of the project that a document belongs to. */
export function folderOf(uri: Uri): string {
  const open = workspace.getWorkspaceFolder(uri) ?? workspace.workspaceFolders?.[0];
  return projectFolder(uri.fsPath, open?.uri.fsPath ?? Uri.joinPath(uri, '..').fsPath);
}

/**
 * Returns the folder of the project of the open policy, or else that of the workspace.
 *
 * @param folder the folder of the workspace; the first one by default
 * @throws {Error} when no folder is open
 */
export function openProject(folder: WorkspaceFolder | undefined = workspace.workspaceFolders?.[0]): string {
  const document = window.activeTextEditor?.document;
  if (document?.languageId === 'polar' && document.uri.scheme === 'file') return folderOf(document.uri);
  if (folder === undefined)
    throw new Error('Expected an open folder with policies, found none. Open the folder of the project.');
  return folder.uri.fsPath;
}

/**
 * Returns the process of the command `nanook` of a project. It runs code of the project.
 *
 * @throws {Error} in a workspace that is not trusted
 * @throws {MissingCommand}
 */
export function trustedCommand(folder: string, args: readonly string[]): ProjectCommand {
  if (!workspace.isTrusted)
    throw new Error(
      'The command nanook runs code of the project, and this workspace is not trusted. Trust it first: Workspaces: Manage Workspace Trust.',
    );
  return projectCommand(folder, args, nodePath());
}
