import {
  debug,
  DebugAdapterExecutable,
  window,
  type DebugConfiguration,
  type ExtensionContext,
} from 'vscode';
import {
  debugAdapterArguments,
  isEmpty,
  queryConfiguration,
  withFolder,
} from '../debug/debug-configuration.js';
import { openProject, trustedCommand } from './project.js';

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
        const folder = (configuration['cwd'] as string | undefined) ?? openProject(workspaceFolder);
        const { command, args, cwd } = trustedCommand(folder, debugAdapterArguments);
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
