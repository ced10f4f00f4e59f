import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TextDocumentEdit, WorkspaceEdit } from 'vscode-languageserver';
import { TestClient } from './testing/client.fixture.js';
import { projectFolder } from './testing/project-folder.fixture.js';

const policy = `actor User {}
resource Note { permissions = ["read"]; roles = ["owner"]; "read" if "owner"; }
allow(actor, action, resource) if has_permission(actor, action, resource);
has_role(_: User, "owner", _: Note);
`;
const files = {
  'app.polar': policy,
  'nanook.config.json': '{ "policies": "*.polar" }',
  'src/notes.ts': "export const show = () => authorize('read', Note);\nconst kind = 'read';\n",
  'src/unsaved.ts': "authorize('read', Note);\n",
  'src/policy-types.d.ts': "declare function authorize(action: 'read'): void;\n",
  'node_modules/other/index.js': "authorize('read', Note);\n",
};
const position = { line: 1, character: 34 };

let folder = '';
const clients: TestClient[] = [];
async function start(capabilities: object): Promise<TestClient> {
  const client = await TestClient.start(folder, { isTrusted: true, checkTests: false }, capabilities);
  clients.push(client);
  await client.open('app.polar', policy);
  return client;
}
beforeAll(() => void (folder = projectFolder(files)));
afterAll(() => Promise.all(clients.map((client) => client.stop())));

it('a rename of a permission offers the calls of the application, each of which needs a confirmation', async () => {
  const client = await start({
    workspace: { workspaceEdit: { documentChanges: true, changeAnnotationSupport: {} } },
  });
  await client.connection.sendNotification('textDocument/didOpen', {
    textDocument: {
      uri: client.uri('src/unsaved.ts'),
      languageId: 'typescript',
      version: 1,
      text: `\n${files['src/unsaved.ts']}`,
    },
  });
  const edit = await client.at<WorkspaceEdit>('rename', 'app.polar', position, { newName: 'view' });
  const changes = edit.documentChanges as TextDocumentEdit[];
  const editsIn = (name: string) =>
    changes.find(({ textDocument }) => textDocument.uri === client.uri(name))?.edits;
  expect(changes).toHaveLength(3);
  expect(editsIn('app.polar')).toHaveLength(2);
  const call = (line: number, start: number) => ({
    range: { start: { line, character: start }, end: { line, character: start + 4 } },
    newText: 'view',
    annotationId: 'call',
  });
  expect(editsIn('src/notes.ts')).toEqual([call(0, 37)]);
  expect(editsIn('src/unsaved.ts')).toEqual([call(1, 11)]);
  expect(edit.changeAnnotations!['call']).toMatchObject({ needsConfirmation: true });
});

it('a client without confirmations gets the calls in the message, and no edit of them', async () => {
  const client = await start({});
  const edit = await client.at<WorkspaceEdit>('rename', 'app.polar', position, { newName: 'view' });
  expect(Object.keys(edit.changes!)).toEqual([client.uri('app.polar')]);
  await client.until(() => client.notices.some((notice) => notice.includes('src/notes.ts:1')));
  expect(client.notices.at(-1)).toMatch(/Calls with this action: src\/notes\.ts:1, src\/unsaved\.ts:1$/);
});
