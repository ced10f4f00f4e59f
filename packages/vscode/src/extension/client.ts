import { existsSync } from 'node:fs';
import { commands, workspace, type ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind, type LanguageClientOptions } from 'vscode-languageclient/node';
import { nodePathOf, serverSettings } from '../project/settings.js';

const read = (name: string): unknown => workspace.getConfiguration('nanook').get(name);

/** Returns the Node.js of the setting; undefined for the usual one. An untrusted workspace cannot set it. */
export const nodePath = (): string | undefined => nodePathOf(read);

const currentSettings = (): object => serverSettings(read, workspace.isTrusted);

/** Prepares the language server of the extension, and passes changes of settings and of the trust to it. */
export function createClient(context: ExtensionContext): LanguageClient {
  const module = context.asAbsolutePath('server/dist/bin.mjs');
  if (!existsSync(module)) throw new Error(`${module} is missing. Install the extension again.`);
  const runtime = nodePath();
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: 'file', language: 'polar' },
      // Definitions lead from the actions in these files to the policies.
      ...['typescript', 'typescriptreact', 'javascript', 'javascriptreact'].map((language) => ({
        scheme: 'file',
        language,
      })),
    ],
    initializationOptions: currentSettings,
  };
  const client = new LanguageClient(
    'nanook',
    'Nanook',
    { module, transport: TransportKind.stdio, ...(runtime !== undefined && { runtime }) },
    options,
  );
  // A client that starts later sends the settings as its options.
  const sendSettings = (): void => {
    if (client.isRunning())
      void client.sendNotification('workspace/didChangeConfiguration', {
        settings: { nanook: currentSettings() },
      });
  };
  context.subscriptions.push(
    client,
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('nanook')) sendSettings();
    }),
    workspace.onDidGrantWorkspaceTrust(sendSettings),
    commands.registerCommand('nanook.restartServer', () => client.restart()),
  );
  return client;
}
