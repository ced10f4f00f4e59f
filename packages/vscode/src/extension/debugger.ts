import {
  debug,
  DebugAdapterExecutable,
  window,
  workspace,
  type DebugConfiguration,
  type ExtensionContext,
  type WorkspaceFolder,
} from 'vscode';
import { debugAdapter, isEmpty, queryConfiguration, withFolder } from '../debug/debug-configuration.js';
import { nodePath } from './client.js';
import { folderOf } from './commands.js';

/** Provides the debugger `nanook`, which is the command `nanook debug` of the project. */
export function registerDebugger({ subscriptions }: ExtensionContext): void {
  subscriptions.push(
    debug.registerDebugConfigurationProvider('nanook', {
      resolveDebugConfiguration: async (folder, given) => {
        const configuration = isEmpty(given) ? await askForQuery() : given;
        return configuration && (withFolder(configuration, openProject(folder)) as DebugConfiguration);
      },
    }),
    debug.registerDebugAdapterDescriptorFactory('nanook', {
      createDebugAdapterDescriptor: ({ configuration, workspaceFolder }) => {
        if (!workspace.isTrusted)
          throw new Error('The debugger runs code of the project, and this workspace is not trusted.');
        const folder = (configuration['cwd'] as string | undefined) ?? openProject(workspaceFolder);
        const { command, args, cwd } = debugAdapter(folder, nodePath());
        return new DebugAdapterExecutable(command, [...args], { cwd });
      },
    }),
  );
}

async function askForQuery(): Promise<DebugConfiguration | undefined> {
  const query = await window.showInputBox({
    title: 'Step through a query',
    prompt: 'A query with fixtures, for example allow(ann, "read", note)',
  });
  return query === undefined || query.trim() === '' ? undefined : queryConfiguration(query);
}

/** Returns the folder of the project of the open policy, or else that of the workspace. */
function openProject(folder: WorkspaceFolder | undefined): string {
  const document = window.activeTextEditor?.document;
  if (document?.languageId === 'polar' && document.uri.scheme === 'file') return folderOf(document.uri);
  const open = folder ?? workspace.workspaceFolders?.[0];
  if (open === undefined)
    throw new Error('Expected an open folder with policies, found none. Open the folder of the project.');
  return open.uri.fsPath;
}
