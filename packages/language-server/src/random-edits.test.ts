import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostic, DocumentDiagnosticReport } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Workspace } from '@nanook/analysis';
import { randomCases } from '../../../tools/test-scope.js';
import gitClub from '../../../examples/gitclub/nanook.config.js';
import { applyEdit, randomEdit } from '../../core/src/tooling/random-edit.fixture.js';
import { TestClient } from './testing/client.fixture.js';
import { gitClubFiles, projectFolder } from './testing/project-folder.fixture.js';
import type { TypesInput } from '@nanook/core';

const files = gitClubFiles();
const name = 'src/policy/repository.polar';
const policies = Object.entries(files).filter(([file]) => file.endsWith('.polar'));

/** A client that asks for diagnostics, without checks of tests, which come later. */
let client: TestClient;
beforeAll(async () => {
  client = await TestClient.start(
    projectFolder(files),
    { isTrusted: true, checkTests: false },
    { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } },
  );
  await client.open(name, files[name]!);
}, 120_000);
afterAll(() => client.stop());

/** Returns the diagnostics of a fresh check. */
function fresh(text: string): readonly string[] {
  const workspace = new Workspace({ types: gitClub.types as TypesInput });
  for (const [file, source] of policies) workspace.update(file, file === name ? text : source);
  const document = TextDocument.create('', '', 0, text);
  return workspace.diagnostics(name).map(({ severity, code, message, start, end }) => {
    const range = { start: document.positionAt(start), end: document.positionAt(end) };
    return written({ severity: severity === 'error' ? 1 : 2, code, message, range });
  });
}

const written = ({ severity, code, message, range }: Diagnostic): string =>
  JSON.stringify([severity, code, message, range]);

describe('the server', () => {
  it('answers the diagnostics of a fresh check after random edits of a part of the document', async () => {
    let text = files[name]!;
    await fc.assert(
      fc.asyncProperty(randomEdit, async (edit) => {
        const before = text.length > 20_000 || text.length < 100 ? files[name]! : text;
        if (before !== text) await client.change(name, before);
        text = applyEdit(before, edit);
        await client.edit(name, before, text);
        const report = await client.request<DocumentDiagnosticReport>('textDocument/diagnostic', {
          textDocument: { uri: client.uri(name) },
        });
        expect('items' in report && new Set(report.items.map(written))).toEqual(new Set(fresh(text)));
      }),
      { numRuns: randomCases(1000), endOnFailure: true },
    );
  });
});
