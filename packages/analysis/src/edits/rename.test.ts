import { Authorizer } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import gitClub from '../../../../examples/gitclub/nanook.config.js';
import { blocksOf, declarationsOf, type Declaration } from '../blocks/declarations.js';
import { gitClubFiles, gitClubSettings, gitClubWorkspace } from '../testing/git-club.fixture.js';
import { Workspace } from '../workspace/workspace.js';
import type { Rename } from './rename.js';
import { parse } from '@nanook/core/syntax';
import type { TextEdit } from '../workspace/place.js';

/** Returns the texts of a workspace after edits. */
function edited(workspace: Workspace, edits: readonly TextEdit[]): ReadonlyMap<string, string> {
  return new Map(
    workspace.names.map((name) => {
      let text = workspace.text(name)!;
      const own = edits.filter(({ file }) => file === name).toSorted((a, b) => b.start - a.start);
      for (const { start, end, text: replaced } of own)
        text = text.slice(0, start) + replaced + text.slice(end);
      return [name, text];
    }),
  );
}

const declared: readonly (Declaration & { readonly file: string })[] = [...gitClubFiles].flatMap(
  ([file, text]) =>
    blocksOf([parse(text).policy])
      .flatMap(declarationsOf)
      .map((each) => ({ ...each, file })),
);

interface Held {
  name: string;
  readonly organization?: unknown;
  readonly repository?: unknown;
}
interface User {
  readonly organizationRoles: Held[];
  readonly repositoryRoles: Held[];
}

/** Returns the people and resources of GitClub, whose stored roles have another name. */
function data({ kind, type, name }: Declaration, to: string): Record<string, object> {
  const fixtures = gitClub.fixtures() as Record<string, object>;
  if (kind !== 'role') return fixtures;
  for (const value of Object.values(fixtures)) {
    const { organizationRoles = [], repositoryRoles = [] } = value as Partial<User>;
    const held = type === 'Organization' ? organizationRoles : type === 'Repository' ? repositoryRoles : [];
    for (const role of held) if (role.name === name) role.name = to;
    const row = value as { baseRole?: string };
    if (type === 'Repository' && row.baseRole === name) row.baseRole = to;
  }
  return fixtures;
}

/** Decides every action of every user on everything. */
async function decisions(
  texts: ReadonlyMap<string, string>,
  fixtures: Record<string, object>,
  actionOf: (action: string, type: string | undefined) => string,
): Promise<readonly string[]> {
  const authorizer = await Authorizer.load({
    policies: [...texts].map(([name, source]) => ({ name, source })),
    types: gitClubSettings.types!,
    undecided: 'deny',
    onWarning: () => {},
  });
  const actions = new Set(declared.filter(({ kind }) => kind === 'permission').map(({ name }) => name));
  const users = Object.keys(fixtures).filter((name) => gitClubSettings.fixtures![name] === 'User');
  const found: string[] = [];
  for (const user of users)
    for (const [name, resource] of Object.entries(fixtures))
      for (const action of actions) {
        const asked = actionOf(action, gitClubSettings.fixtures![name]);
        // oxlint-disable-next-line no-await-in-loop -- the answers need one order
        if (await authorizer.can(fixtures[user], asked, resource)) found.push(`${user} ${action} ${name}`);
      }
  return found;
}

describe('rename', () => {
  it.each(declared.map((each) => [`${each.kind} ${each.name} of ${each.type}`, each] as const))(
    'keeps the answers, with renamed data, for the %s',
    async (_, each) => {
      const workspace = gitClubWorkspace();
      const place = each.span.start + (each.kind === 'relation' ? 0 : 1);
      const text = gitClubFiles.get(each.file)!;
      const at = each.kind === 'relation' ? text.lastIndexOf(each.name, each.span.start - 1) : place;
      const to = `other_${each.name}`;
      const renamed = workspace.rename(each.file, at, to);
      if ('reason' in renamed) throw new Error(renamed.reason);
      const texts = edited(workspace, [...renamed.edits, ...renamed.unsure]);
      expect(texts).not.toEqual(gitClubFiles);
      for (const [name, source] of texts) workspace.update(name, source);
      expect(workspace.findings).toEqual([]);
      const isRenamed = (action: string, type: string | undefined): boolean =>
        each.kind === 'permission' && action === each.name && type === each.type;
      const before = await decisions(
        gitClubFiles,
        gitClub.fixtures() as Record<string, object>,
        (action) => action,
      );
      const after = await decisions(texts, data(each, to), (action, type) =>
        isRenamed(action, type) ? to : action,
      );
      expect(after).toEqual(before);
      const readsData = each.kind === 'role' && ['Organization', 'Repository'].includes(each.type);
      const warned = renamed.warnings.filter(({ message }) => message.includes('from data'));
      expect(warned.length > 0).toBe(readsData);
    },
  );

  it('renames a variable in its rule only, and a rule everywhere', () => {
    const workspace = new Workspace({ types: { User: {} } });
    const text = 'f(user: User) if g(user);\ng(user: User) if user.x = 1;\n';
    workspace.update('a.polar', text);
    const variable = workspace.rename('a.polar', text.indexOf('user'), 'person');
    expect(edited(workspace, 'edits' in variable ? variable.edits : []).get('a.polar')).toBe(
      'f(person: User) if g(person);\ng(user: User) if user.x = 1;\n',
    );
    const rule = workspace.rename('a.polar', text.indexOf('g('), 'h');
    expect(edited(workspace, 'edits' in rule ? rule.edits : []).get('a.polar')).toBe(
      'f(user: User) if h(user);\nh(user: User) if user.x = 1;\n',
    );
  });

  it.each([
    ['a keyword', 'and'],
    ['a number', '1x'],
    ['the name of a type', 'User'],
    ['the name of another variable', 'other'],
  ])('refuses %s as a new name of a variable', (_, to) => {
    const workspace = new Workspace({ types: { User: {} } });
    workspace.update('a.polar', 'f(user: User, other) if user.x = other;\n');
    expect(workspace.rename('a.polar', 3, to)).toEqual({ reason: expect.any(String) });
  });
});

it('leaves the role of an untyped value to the user where another type reads roles from data', () => {
  const policy = (rule: string): string => `
    actor User {}
    resource Doc { roles = ["member"]; }
    resource Org {}
    allow(user: User, "read", thing) if has_role(user, "member", thing);
    ${rule}`;
  const renamed = (rule: string): object => {
    const text = policy(rule);
    const workspace = new Workspace({ types: { User: {}, Doc: {}, Org: {} } });
    workspace.update('a.polar', text);
    const { edits, unsure } = workspace.rename('a.polar', text.indexOf('member'), 'fresh') as Rename;
    return { certain: edits.length, unsure: unsure.length };
  };
  expect(renamed('')).toEqual({ certain: 2, unsure: 0 });
  expect(
    renamed('has_role(user: User, name: String, _: Org) if role in user.roles and role.name = name;'),
  ).toEqual({
    certain: 1,
    unsure: 1,
  });
});
