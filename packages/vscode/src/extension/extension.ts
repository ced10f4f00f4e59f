import type { ExtensionContext } from 'vscode';
import { createClient } from './client.js';
import { registerClientCommands, registerProjectCommands } from './commands.js';
import { registerDebugger } from './debugger.js';
import { registerTests } from './testing.js';

/** Starts the extension. The editor calls it when a policy is opened, or a folder with a configuration. */
export async function activate(context: ExtensionContext): Promise<void> {
  registerDebugger(context);
  const client = createClient(context);
  registerProjectCommands(context, client);
  registerClientCommands(context, client);
  await client.start();
  registerTests(context, client);
}
