import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CallHierarchyItem,
  CodeAction,
  CodeLens,
  CompletionList,
  DocumentSymbol,
  Hover,
  Location,
  Position,
  SemanticTokens,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import { TestClient } from './testing/client.fixture.js';
import { gitClubFiles, projectFolder } from './testing/project-folder.fixture.js';

const files = gitClubFiles();
const issue = 'src/policy/issue.polar';
const repository = 'src/policy/repository.polar';
const organization = 'src/policy/organization.polar';

let client: TestClient;
beforeAll(async () => {
  client = await TestClient.start(projectFolder(files), { isTrusted: true, inlayHints: true });
  for (const name of [issue, repository, organization, 'tests/repositories.polar'])
    await client.open(name, files[name]!);
}, 120_000);
afterAll(() => client.stop());

/** Returns the position of a text in a file, at an offset in the text. @param nth the number of earlier places of the text */
function positionOf(name: string, text: string, offset = 0, nth = 0): Position {
  let at = -1;
  for (let i = 0; i <= nth; i++) at = files[name]!.indexOf(text, at + 1);
  if (at < 0) throw new Error(`no ${text} in ${name}`);
  const before = files[name]!.slice(0, at + offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)!.length };
}

const textAt = (name: string, { line }: Position): string => files[name]!.split('\n')[line]!.trim();

describe('diagnostics', () => {
  it('finds no mistake in the policies and tests of GitClub', async () => {
    await client.at<Hover>('hover', issue, { line: 0, character: 10 });
    for (const name of Object.keys(files)) expect(client.diagnostics(name)).toEqual([]);
  });

  it('pushes the findings of other files after an edit, and removes them after its correction', async () => {
    await client.change(organization, files[organization]!.replace('"owner", ', ''));
    await client.until(() => client.diagnostics(repository).length > 0);
    expect(client.diagnostics(repository)).toEqual([
      expect.objectContaining({
        severity: 1,
        source: 'nanook',
        code: expect.stringMatching(/^POLAR_CHECK_/),
        codeDescription: { href: expect.stringMatching(/^https:.*\/reference\/codes\/polar_check_/) },
      }),
    ]);
    await client.change(organization, files[organization]!);
    await client.until(() => client.diagnostics(repository).length === 0);
  });
});

describe('completion', () => {
  it.each([
    ['fields of a parameter', 'has_role(user: User, "creator", issue: Issue) if issue.', 'creator'],
    ['fields through a relation', 'f(issue: Issue) if issue.repository.', 'organizationId'],
    ['methods of a text', 'f(issue: Issue) if issue.repositoryId.', 'startsWith'],
    ['roles of the type of a resource', 'f(u: User, r: Repository) if has_role(u, "', 'maintainer'],
    ['permissions of the type of a resource', 'has_permission(u: User, "', 'list_issues'],
    ['types after a colon', 'f(u: ', 'Organization'],
    ['names of a block', 'resource Repository { "', 'list_issues'],
    [
      'roles of a related type',
      'resource Repository { relations = { organization: Organization }; "read" if "',
      'supporter',
    ],
    ['fixtures in a test', 'test "a" { assert allow(', 'alice'],
    ['keywords of a test', 'test "a" { ', 'assert_not'],
    ['variables of a rule', 'f(user: User, name: String) if ', 'name'],
    ['keys of a pattern', 'f(_: Issue{', 'creatorId'],
    ['heads of rules', '', 'has_role'],
  ])('offers %s', async (_, typed, wanted) => {
    const text = `${files[issue]}\n${typed}`;
    await client.change(issue, text);
    const lines = text.split('\n');
    const position = { line: lines.length - 1, character: lines.at(-1)!.length };
    const found = await client.at<CompletionList>('completion', issue, position);
    expect(found.items.slice(0, 30).map(({ label }) => label)).toContain(wanted);
    await client.change(issue, files[issue]!);
  });
});

describe('hover', () => {
  it('shows the rule for which a shorthand rule is short', async () => {
    const { contents } = await client.at<Hover>('hover', repository, positionOf(repository, '"owner" on', 2));
    expect(contents).toMatchObject({
      value: expect.stringContaining('has_role(actor: Actor{}, "admin", repository: Repository{}) if'),
    });
  });

  it.each([
    [issue, 'issue.repository', 7, 'Issue.repository: Repository'],
    [issue, 'issue.creator', 1, 'issue: Issue'],
    [repository, 'role.name', 1, 'role: RepositoryRole'],
    [organization, 'allow(_', 2, 'Every user may found an organization'],
  ])('in %s on %s says what the name is', async (name, text, offset, wanted) => {
    const { contents } = await client.at<Hover>('hover', name, positionOf(name, text, offset));
    expect(contents).toMatchObject({ value: expect.stringContaining(wanted) });
  });
});

describe('navigation', () => {
  it.each([
    [
      'a role of a related type',
      repository,
      '"owner" on',
      2,
      organization,
      'roles = ["owner", "member", "supporter"];',
    ],
    [
      'a role of the same type',
      repository,
      '"admin";',
      2,
      repository,
      'roles = ["reader", "maintainer", "admin"];',
    ],
    ['a relation', issue, '"repository";', 2, issue, 'relations = { repository: Repository };'],
    [
      'a role in a call',
      repository,
      '"member"',
      2,
      organization,
      'roles = ["owner", "member", "supporter"];',
    ],
    ['a type', issue, 'Repository }', 2, repository, 'resource Repository {'],
    ['a variable', repository, 'role.name', 1, repository, 'role in user.repositoryRoles and'],
    [
      'an action without a declaration',
      'tests/repositories.polar',
      '"list_issues", tongs',
      2,
      repository,
      'permissions = ["read", "list_issues", "create_issue", "delete"];',
    ],
  ])('goes to the definition of %s', async (_, name, text, offset, file, line) => {
    const [found] = await client.at<Location[]>('definition', name, positionOf(name, text, offset));
    expect(found!.uri).toBe(client.uri(file));
    expect(textAt(file, found!.range.start)).toBe(line);
  });

  it('goes from an action in a call of TypeScript to the blocks that declare it', async () => {
    await client.connection.sendNotification('textDocument/didOpen', {
      textDocument: {
        uri: client.uri('app.ts'),
        languageId: 'typescript',
        version: 1,
        text: "await authorizer.can(user, 'list_issues', repository);\n",
      },
    });
    const found = await client.at<Location[]>('definition', 'app.ts', { line: 0, character: 32 });
    expect(found.map(({ uri, range }) => [uri, textAt(repository, range.start)])).toEqual([
      [client.uri(repository), 'permissions = ["read", "list_issues", "create_issue", "delete"];'],
    ]);
    expect(await client.at('hover', 'app.ts', { line: 0, character: 32 })).toBeNull();
    expect(client.diagnostics('app.ts')).toEqual([]);
  });

  it('finds the references of a role in all files', async () => {
    const found = await client.at<Location[]>(
      'references',
      organization,
      positionOf(organization, '"owner"', 2),
      {
        context: { includeDeclaration: true },
      },
    );
    const places = found.map(({ uri, range }) => `${uri.split('/').at(-1)}:${range.start.line + 1}`);
    expect(places.filter((place) => place.startsWith('organization.polar'))).toHaveLength(3);
    expect(new Set(places.map((place) => place.split(':')[0]))).toEqual(
      new Set(['organization.polar', 'organizations.polar', 'profile.polar', 'repository.polar']),
    );
  });

  it('finds the rules that grant a permission', async () => {
    const found = await client.at<Location[]>(
      'implementation',
      repository,
      positionOf(repository, '"list_issues"', 2),
    );
    expect(found.map(({ range }) => textAt(repository, range.start))).toEqual([
      '"list_issues"  if "reader";',
      '"list_issues" if "supporter" on "organization";',
    ]);
  });

  it('follows who grants a role', async () => {
    const [item] = await client.at<CallHierarchyItem[]>(
      'prepareCallHierarchy',
      repository,
      positionOf(repository, '"admin"', 2),
    );
    expect(item!.name).toBe('role "admin" of Repository');
    const calls = await client.request<{ to: CallHierarchyItem }[]>('callHierarchy/outgoingCalls', { item });
    expect(calls.map(({ to }) => to.name).toSorted()).toEqual([
      'relation "organization" of Repository',
      'role "owner" of Organization',
    ]);
    const users = await client.request<{ from: CallHierarchyItem }[]>('callHierarchy/incomingCalls', {
      item,
    });
    expect(users.map(({ from }) => from.name).toSorted()).toEqual([
      'permission "delete" of Repository',
      'role "maintainer" of Repository',
    ]);
  });
});

describe('rename', () => {
  it('changes a role in all files, and names the rules that read roles from data', async () => {
    const edit = await client.at<WorkspaceEdit>(
      'rename',
      organization,
      positionOf(organization, '"member"', 2),
      {
        newName: 'colleague',
      },
    );
    const changed = Object.keys(edit.changes!).map((uri) => uri.split('/').at(-1));
    expect(new Set(changed)).toEqual(
      new Set(['organization.polar', 'organizations.polar', 'repository.polar']),
    );
    await client.until(() => client.notices.length > 0);
    expect(client.notices.at(-1)).toMatch(
      /organization\.polar:19: this rule reads the role from data; change stored values "member" to "colleague"/,
    );
  });

  it.each([
    ['a type', issue, 'Repository }', 'belongs to the application'],
    ['a built-in rule', issue, 'has_role', 'has a meaning of its own'],
  ])('refuses %s with a reason', async (_, name, text, reason) => {
    await expect(client.at('prepareRename', name, positionOf(name, text, 2))).rejects.toThrow(reason);
  });
});

describe('edits', () => {
  it('formats a document', async () => {
    await client.change(issue, 'allow( user:User,"read",_:Issue)   if user.isStaff ;\n');
    const edits = await client.request<TextEdit[]>('textDocument/formatting', {
      textDocument: { uri: client.uri(issue) },
      options: { tabSize: 2, insertSpaces: true },
    });
    expect(edits.length).toBeGreaterThan(0);
    await client.change(issue, files[issue]!);
  });

  it('offers the fix of a finding', async () => {
    const text = 'allow(user: User, "read", _: Issue) if user.isStaff && user.isStaff = true;\n';
    await client.change(issue, `${files[issue]}\n${text}`);
    await client.until(() => client.diagnostics(issue).length > 0);
    const [diagnostic] = client.diagnostics(issue);
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: client.uri(issue) },
      range: diagnostic!.range,
      context: { diagnostics: client.diagnostics(issue) },
    });
    expect(actions[0]).toMatchObject({
      title: 'Replace with `and`',
      kind: 'quickfix',
      diagnostics: [{ code: 'POLAR_PARSE_FOREIGN_SYNTAX' }],
      edit: { changes: { [client.uri(issue)]: [{ newText: 'and' }] } },
    });
    await client.change(issue, files[issue]!);
    await client.until(() => client.diagnostics(issue).length === 0);
  });

  it('offers to put the declarations of a block before its rules', async () => {
    const text = 'resource Issue { "read" if "creator"; roles = ["creator"]; permissions = ["read"]; }\n';
    await client.change(issue, text);
    const request = async (only?: readonly string[]) => {
      const found = await client.request<CodeAction[]>('textDocument/codeAction', {
        textDocument: { uri: client.uri(issue) },
        range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
        context: { diagnostics: [], ...(only && { only }) },
      });
      return found.filter(({ kind }) => kind === 'source.organizeBlocks');
    };
    const [action] = await request(['source.organizeBlocks']);
    expect(action).toMatchObject({
      title: 'Organize blocks',
      edit: {
        changes: {
          [client.uri(issue)]: [
            { newText: ' permissions = ["read"]; roles = ["creator"]; "read" if "creator";' },
          ],
        },
      },
    });
    expect(await request(['source'])).toHaveLength(1);
    expect(await request(['quickfix'])).toEqual([]);
    await client.change(issue, files[issue]!);
    expect(await request()).toEqual([]);
  });
});

describe('the outline', () => {
  it('lists the statements and the declarations of a file', async () => {
    const found = await client.request<DocumentSymbol[]>('textDocument/documentSymbol', {
      textDocument: { uri: client.uri(issue) },
    });
    expect(found.map(({ name }) => name)).toEqual([
      'Issue',
      'has_relation(repository: Repository{}, "repository", issue: Issue{})',
      'has_role(user: User{}, "creator", issue: Issue{})',
    ]);
    expect(found[0]!.children!.map(({ name, detail }) => `${detail} ${name}`)).toEqual([
      'permission read',
      'permission close',
      'role creator',
      'relation repository',
    ]);
  });

  it('finds a declaration of the workspace by a part of its name', async () => {
    const found = await client.request<{ name: string }[]>('workspace/symbol', { query: 'create_iss' });
    expect(found.map(({ name }) => name)).toContain('create_issue');
  });

  it('has tokens, folded parts, selections, hints, lenses and signatures', async () => {
    const textDocument = { uri: client.uri(repository) };
    const whole = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };
    const tokens = await client.request<SemanticTokens>('textDocument/semanticTokens/full', { textDocument });
    expect(tokens.data.length / 5).toBeGreaterThan(60);
    const folded = await client.request<{ startLine: number }[]>('textDocument/foldingRange', {
      textDocument,
    });
    expect(folded.map(({ startLine }) => startLine)).toContain(0);
    const selections = await client.request<{ parent?: object }[]>('textDocument/selectionRange', {
      textDocument,
      positions: [positionOf(repository, 'role.name', 1)],
    });
    expect(JSON.stringify(selections[0]).match(/parent/g)!.length).toBeGreaterThan(3);
    const hints = await client.request<{ label: string }[]>('textDocument/inlayHint', {
      textDocument,
      range: whole,
    });
    expect(hints.map(({ label }) => label)).toContain(': RepositoryRole');
    const lenses = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument });
    expect(lenses.map(({ command }) => command!.title)).toEqual([
      expect.stringMatching(/^\d+ rules, \d+ assertions$/),
      'Show SQL',
      // The rule that allows one action.
      'Explain',
      'Show SQL',
    ]);
    const help = await client.at<SignatureHelp>(
      'signatureHelp',
      repository,
      positionOf(repository, '"member"', 2),
    );
    expect(help.activeParameter).toBe(1);
    expect(help.signatures.map(({ label }) => label)).toContain(
      'has_role(user: User{}, "creator", issue: Issue{})',
    );
  });
});

describe('positions', () => {
  it('count UTF-16 code units behind an emoji, and lines that end in CRLF', async () => {
    const text = `# 🦊\r\nallow(user: User, "🦊", issue: Issue) if\r\n  user.nick = issue;\r\n`;
    await client.change(issue, text);
    await client.until(() =>
      client.diagnostics(issue).some(({ code }) => code === 'POLAR_CHECK_UNKNOWN_FIELD'),
    );
    const found = client.diagnostics(issue).find(({ code }) => code === 'POLAR_CHECK_UNKNOWN_FIELD');
    expect(found!.range).toEqual({ start: { line: 2, character: 7 }, end: { line: 2, character: 11 } });
    const [definition] = await client.at<Location[]>('definition', issue, { line: 2, character: 15 });
    expect(definition!.range.start).toEqual({ line: 1, character: 24 });
    await client.change(issue, files[issue]!);
  });
});
