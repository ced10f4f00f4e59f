import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { WorkspaceDiagnosticReport, WorkspaceFullDocumentDiagnosticReport } from 'vscode-languageserver';
import { TestClient } from './testing/client.fixture.js';
import { projectFolder } from './testing/project-folder.fixture.js';

const rule = 'allow(_, "read", _);\n';

/** Asks for the diagnostics of the workspace. Returns their codes by the name of the file. */
async function pull(client: TestClient): Promise<Record<string, readonly unknown[]>> {
  const { items } = await client.request<WorkspaceDiagnosticReport>('workspace/diagnostic', {
    previousResultIds: [],
  });
  return Object.fromEntries(
    (items as WorkspaceFullDocumentDiagnosticReport[]).map(({ uri, items: found }) => [
      uri.slice(client.uri('').length),
      found.map(({ code }) => code),
    ]),
  );
}

it('the workspace report waits for the project, and clears the findings that a file had before', async () => {
  const folder = projectFolder({
    'app.polar': rule,
    'wrong.polar': 'f(x) if ;\n',
    'nanook.config.json': '{ "policies": "*.polar" }',
  });
  const client = await TestClient.start(
    folder,
    { isTrusted: true, checkTests: false },
    { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } },
  );
  const wrong = [expect.stringMatching(/^POLAR_PARSE_/)];
  expect(await pull(client)).toEqual({ 'app.polar': [], 'wrong.polar': wrong });

  await client.open('app.polar', '# no rule\n');
  await client.open('wrong.polar', '');
  const missing = ['POLAR_CHECK_MISSING_ALLOW_RULE'];
  expect(await pull(client)).toEqual({
    'app.polar': [],
    'wrong.polar': [],
    'nanook.config.json': missing,
  });
  await client.change('app.polar', rule);
  expect(await pull(client)).toEqual({ 'app.polar': [], 'wrong.polar': [], 'nanook.config.json': [] });

  await client.change('wrong.polar', 'f(x) if ;\n');
  expect(await pull(client)).toMatchObject({ 'wrong.polar': wrong });
  rmSync(join(folder, 'wrong.polar'));
  await client.connection.sendNotification('textDocument/didClose', {
    textDocument: { uri: client.uri('wrong.polar') },
  });
  await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
    changes: [{ uri: client.uri('wrong.polar'), type: 3 }],
  });
  await expect.poll(() => pull(client), { timeout: 10_000 }).toEqual({ 'app.polar': [], 'wrong.polar': [] });
  await client.stop();
});
