import { afterEach, describe, expect, it } from 'vitest';
import { TestClient } from '../testing/client.fixture.js';
import { projectFolder, writeFiles } from '../testing/project-folder.fixture.js';

const policy = 'allow(user: User, "read", _: Note) if user.isAdmin;\n';
const types = "{ User: { fields: { isAdmin: 'Boolean', id: 'Integer' } }, Note: {} }";
const fieldsError = 'POLAR_CHECK_UNKNOWN_FIELD';

let client: TestClient | undefined;
afterEach(() => client?.stop());

/** Starts the server for a project with this configuration, and waits for its diagnostics or a notice. */
async function start(
  config: string,
  options: object = { isTrusted: true },
  more: Record<string, string> = {},
) {
  const folder = projectFolder({ 'a.polar': policy, 'nanook.config.mjs': config, ...more });
  client = await TestClient.start(folder, options);
  await client.open('a.polar', policy);
  return client;
}

/** Waits for the answer to a request, behind which the project was read. */
const codesAfter = async (server: TestClient, text: string): Promise<readonly unknown[]> => {
  await server.change('a.polar', text);
  await server.at('hover', 'a.polar', { line: 0, character: 1 });
  await server.until(() => server.diagnostics('a.polar').length > 0);
  return server.diagnostics('a.polar').map(({ code }) => code);
};

describe('a configuration', () => {
  it('gives its types to the checks', async () => {
    const server = await start(`export default { types: ${types} };`);
    expect(await codesAfter(server, policy.replace('isAdmin', 'isAdmins'))).toEqual([fieldsError]);
  });

  it('gives the facts of rows, and the types that a type extends', async () => {
    const server = await start(
      `export default { types: {
        User: { fields: { id: 'Integer' } },
        Note: { fields: { ownerId: 'Integer', isOpen: 'Boolean' }, facts: [{ name: 'is_open', arguments: ['this'], where: { isOpen: true } }] },
        Report: { extends: 'Note' },
      } };`,
    );
    const known =
      'actor User {} resource Note {} resource Report extends Note {} allow(_, "read", note: Note) if is_open(note);\n';
    await server.change('a.polar', `${known}f(f) if g(f);`);
    // Without the configuration, a report extends no note, and no rule defines the fact.
    await server.until(() => {
      const codes = server.diagnostics('a.polar').map(({ code }) => code);
      return codes.join() === 'POLAR_CHECK_UNDEFINED_RULE';
    });
    expect(server.diagnostics('a.polar')[0]?.message).toContain('g');
  });

  it('gives the members of classes, and those of their superclasses', async () => {
    const server = await start(
      `class Base { get isAdmin() { return true; } }
class User extends Base { isOwner() {} }
export default { types: { User: { class: User, fields: { id: 'Integer' } }, Note: {} } };`,
    );
    const found = await server.at<{ items: { label: string }[] }>('completion', 'a.polar', {
      line: 0,
      character: 44,
    });
    expect(found.items.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['id', 'isAdmin', 'isOwner']),
    );
    expect(await codesAfter(server, policy.replace('isAdmin', 'isAdmins'))).toEqual([fieldsError]);
  });

  it.each([
    ['throws', "throw new TypeError('no database');", /no database/],
    ['has a syntax error', 'export default {', /cannot be loaded/],
    ['ends the process', 'process.exit(3);', /ended its process with the exit code 3/],
    ['never ends', 'for (;;) {}', /was not read within 0.5 seconds/],
    ['is not a configuration', 'export default 1;', /expected a default export/],
  ])('that %s is a diagnostic, and the policies are still checked', async (_, config, message) => {
    const configTimeLimit = config.startsWith('for') ? 0.5 : 60;
    const server = await start(config, { isTrusted: true, configTimeLimit });
    await server.until(() => server.diagnostics('nanook.config.mjs').length > 0);
    expect(server.diagnostics('nanook.config.mjs')).toEqual([
      expect.objectContaining({ severity: 1, message: expect.stringMatching(message) }),
    ]);
    expect(await codesAfter(server, 'allow(user, "read", _: Note) if x = 1;\n')).toContain(
      'POLAR_CHECK_SINGLETON_VARIABLE',
    );
  });

  it('cannot write into the protocol', async () => {
    const server = await start(`console.log('hello'); export default { types: ${types} };`);
    expect(await codesAfter(server, policy.replace('isAdmin', 'isAdmins'))).toEqual([fieldsError]);
  });

  it('does not run in a workspace that is not trusted', async () => {
    const server = await start(`process.exit(3);`, {});
    await server.until(() => server.notices.length > 0);
    expect(server.notices).toEqual([expect.stringContaining('the workspace is not trusted')]);
    expect(server.diagnostics('nanook.config.mjs')).toEqual([]);
  });

  it('reads a configuration again when an imported module has changed, and keeps its types if it fails', async () => {
    const config = "import { types } from './types.mjs'; export default { types };";
    const server = await start(
      config,
      { isTrusted: true },
      { 'types.mjs': `export const types = ${types};` },
    );
    expect(await codesAfter(server, policy.replace('isAdmin', 'isBoss'))).toEqual([fieldsError]);
    const changed = async (text: string): Promise<void> => {
      writeFiles(server.folder, { 'types.mjs': text });
      await server.connection.sendNotification('workspace/didChangeWatchedFiles', {
        changes: [{ uri: server.uri('types.mjs'), type: 2 }],
      });
    };
    await changed(`export const types = ${types.replace('isAdmin', 'isBoss')};`);
    await server.until(() => server.diagnostics('a.polar').length === 0);
    await changed('export const types = {');
    await server.until(() => server.diagnostics('nanook.config.mjs').length > 0);
    expect(server.diagnostics('a.polar')).toEqual([]);
  });

  it('gives its types after it was created', async () => {
    const folder = projectFolder({ 'a.polar': policy });
    client = await TestClient.start(folder);
    const server = client;
    await server.open('a.polar', policy.replace('isAdmin', 'isAdmins'));
    await server.at('hover', 'a.polar', { line: 0, character: 1 });
    expect(server.diagnostics('a.polar').map(({ code }) => code)).not.toContain(fieldsError);
    writeFiles(folder, { 'nanook.config.mjs': `export default { types: ${types} };` });
    await server.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: server.uri('nanook.config.mjs'), type: 1 }],
    });
    await server.until(() => server.diagnostics('a.polar').some(({ code }) => code === fieldsError));
  });

  it('limits the project to its policies: another file has no part in the checks', async () => {
    const other = { 'other/b.polar': 'allow(_, "write", _: Nothing) if x = 1;\n' };
    const server = await start(
      `export default { policies: 'a.polar', types: ${types} };`,
      { isTrusted: true },
      other,
    );
    await server.at('hover', 'a.polar', { line: 0, character: 1 });
    await server.open('other/b.polar', other['other/b.polar']);
    expect(await codesAfter(server, policy.replace('isAdmin', 'isAdmins'))).toEqual([fieldsError]);
    expect(server.diagnostics('other/b.polar')).toEqual([]);
  });

  it('calls a function of fixtures before the first completion in a test', async () => {
    const server = await start(
      `export default { types: ${types}, fixtures: () => ({ ann: { isAdmin: true }, ben: { isAdmin: false } }) };`,
    );
    const text = `${policy}test "reads" { assert allow(`;
    await server.change('a.polar', text);
    const position = { line: 1, character: text.length - policy.length };
    const found = await server.at<{ items: { label: string }[] }>('completion', 'a.polar', position);
    expect(found.items.map(({ label }) => label)).toEqual(expect.arrayContaining(['ann', 'ben']));
  });

  it('has tests and inline queries that run in its process', async () => {
    const server = await start(`export default { types: ${types}, fixtures: { ann: { isAdmin: true } } };`);
    const text = `${policy}test "reads" { assert allow(anne, "read", Note); }\n`;
    expect(await codesAfter(server, text)).toEqual(['NANOOK_TEST_UNKNOWN_NAME']);
  });
});
