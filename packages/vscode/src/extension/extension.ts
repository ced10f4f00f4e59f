import type { ExtensionContext } from 'vscode';
import { startClient } from './client.js';
import { registerClientCommands } from './commands.js';

/** Starts the extension. The editor calls it when a policy is opened, or a folder with a configuration. */
export async function activate(context: ExtensionContext): Promise<void> {
  const client = await startClient(context);
  registerClientCommands(context, client);
}
