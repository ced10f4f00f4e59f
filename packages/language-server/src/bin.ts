#!/usr/bin/env node
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { guideUrl, version } from './manifest.js';
import { serve } from './server.js';

const usage = `nanook-language-server --stdio

A language server for policies written in Polar. Editors start it; see
${guideUrl}`;

const args = process.argv.slice(2);
if (args.includes('--version')) console.log(version);
else if (args.includes('--stdio')) {
  const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  serve(connection);
  connection.listen();
  // The processes of the configurations end with this one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
} else {
  console.error(usage);
  process.exitCode = args.includes('--help') ? 0 : 2;
}
