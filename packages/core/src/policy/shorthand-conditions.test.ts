import { describe, expect, it } from 'vitest';
import { everywhere } from '../engine/fixtures/all-engines.fixture.js';
import { printCondition } from '../filter/print-condition.js';
import { Authorizer } from '../authorization/authorizer.js';
import { typed } from '../types/typed.js';
import { one } from '../types/relation.js';
import { TypeTable } from '../types/type-table.js';
import type { TypesInput } from '../types/type-declaration.js';
import { diagnoseAll } from './diagnose.fixture.js';

// The expected answers are those that the documentation of Oso Cloud gives to these forms.

const types = {
  User: { key: 'id', fields: { id: 'String', roles: 'List', globalRoles: 'List' } },
  Organization: { key: 'id', fields: { id: 'String' } },
  Repository: {
    key: 'id',
    fields: { id: 'String', isArchived: 'Boolean', organizationId: 'String' },
    relations: { organization: one('Organization', { local: 'organizationId', foreign: 'id' }) },
  },
} as const;

const data = `
  allow(actor, action, resource) if has_permission(actor, action, resource);
  has_role(user: User, role: String, organization: Organization) if [role, organization.id] in user.roles;
  has_relation(organization: Organization, "parent", repository: Repository) if organization = repository.organization;
  is_archived(repository: Repository) if repository.isArchived = true;
`;
const globalData = 'has_role(user: User, role: String) if role in user.globalRoles;';

const user = (roles: readonly (readonly [string, string])[], globalRoles: readonly string[] = []) =>
  typed('User', { id: 'u', roles, globalRoles });
const repository = (isArchived: boolean, organizationId = 'acme') =>
  typed('Repository', {
    id: `anvil of ${organizationId} ${isArchived}`,
    isArchived,
    organizationId,
    organization: typed('Organization', { id: organizationId }),
  });

/** Expects the actions that each engine allows. */
async function expectActions(
  policies: string,
  actor: object,
  resource: object,
  expected: readonly string[],
  all: readonly string[],
): Promise<void> {
  await everywhere(policies, { types }, (ask, engine) => {
    const allowed = all.filter((action) => ask(actor, resource, action) === true);
    expect([engine, allowed]).toEqual([engine, expected]);
  });
}

/** Returns the filters of the actions, which are the same for rules with the same meaning. */
async function filtersOf(
  policies: string,
  actor: object,
  type: string,
  actions: readonly string[],
  declared: TypesInput = types,
) {
  const authorizer = await Authorizer.load({ policies, types: declared, onWarning: () => {} });
  return Promise.all(
    actions.map(async (action) => printCondition((await authorizer.where(actor, action, type)).condition)),
  );
}

const findingsOf = (policies: string, declared: TypesInput = types): readonly string[] =>
  diagnoseAll([policies], new TypeTable(declared)).map(
    ({ code, at }) => `${code.replace('POLAR_CHECK_', '')} ${at}`,
  );

function declarationError(declared: TypesInput): string {
  try {
    return `accepted ${new TypeTable(declared).typeNames.length} types`;
  } catch (error) {
    return String(error);
  }
}

describe('a condition of a block', () => {
  const blocks = `
    actor User {}
    resource Organization { roles = ["member", "owner"]; "member" if "owner"; }
    resource Repository {
      roles = ["member", "owner"];
      permissions = ["read", "delete", "restore", "audit"];
      relations = { parent: Organization };

      role if role on "parent";
      "read" if "member";
      "delete" if "owner" and is_archived(resource);
      "restore" if "owner" and not is_archived(resource);
      "audit" if "owner" on "parent" or "auditor" in actor.globalRoles;
    }
    ${data}
  `;

  it.each([
    ['joins names and calls with `and`', user([['owner', 'acme']]), true, ['read', 'delete', 'audit']],
    ['negates a call', user([['owner', 'acme']]), false, ['read', 'restore', 'audit']],
    ['gives a role of the related resource', user([['member', 'acme']]), true, ['read']],
    ['joins alternatives with `or`', user([], ['auditor']), true, ['audit']],
    ['denies other actors', user([['owner', 'other']]), true, []],
  ])('%s', async (_, actor, isArchived, expected) => {
    await expectActions(blocks, actor, repository(isArchived), expected, [
      'read',
      'delete',
      'restore',
      'audit',
    ]);
  });

  it('gives `where` the same filter as the rule that it is short for', async () => {
    const long = `
      actor User {}
      resource Organization { roles = ["member", "owner"]; "member" if "owner"; }
      resource Repository {
        roles = ["member", "owner"];
        permissions = ["read", "delete", "restore", "audit"];
        relations = { parent: Organization };
        "read" if "member";
      }
      ${data}
      has_role(actor: Actor, role: String, repository: Repository) if
        has_relation(parent, "parent", repository) and has_role(actor, role, parent);
      has_permission(actor: Actor, "delete", repository: Repository) if
        has_role(actor, "owner", repository) and is_archived(repository);
      has_permission(actor: Actor, "restore", repository: Repository) if
        has_role(actor, "owner", repository) and not is_archived(repository);
      has_permission(actor: Actor, "audit", repository: Repository) if
        (has_relation(parent, "parent", repository) and has_role(actor, "owner", parent)) or
        "auditor" in actor.globalRoles;
    `;
    const actions = ['read', 'delete', 'restore', 'audit'];
    for (const actor of [
      user([
        ['owner', 'acme'],
        ['member', 'other'],
      ]),
      user([], ['auditor']),
      user([]),
    ])
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await filtersOf(blocks, actor, 'Repository', actions)).toEqual(
        // oxlint-disable-next-line no-await-in-loop -- as above
        await filtersOf(long, actor, 'Repository', actions),
      );
  });

  it('has several related resources in one rule', async () => {
    const policies = `
      actor User {}
      resource Organization { roles = ["member", "owner"]; }
      resource Repository {
        permissions = ["read"];
        relations = { parent: Organization, other: Organization };
        "read" if "member" on "parent" and "owner" on "other";
      }
      ${data}
      has_relation(organization: Organization, "other", repository: Repository) if organization = repository.other;
    `;
    const resource = typed('Repository', {
      id: 'anvil',
      isArchived: false,
      organizationId: 'acme',
      otherId: 'evil',
      organization: typed('Organization', { id: 'acme' }),
      other: typed('Organization', { id: 'evil' }),
    });
    const { fields, relations } = types.Repository;
    const Repository = {
      key: 'id',
      fields: { ...fields, otherId: 'String' },
      relations: { ...relations, other: one('Organization', { local: 'otherId', foreign: 'id' }) },
    };
    await everywhere(policies, { types: { ...types, Repository } }, (ask, engine) => {
      const answers = [
        user([
          ['member', 'acme'],
          ['owner', 'evil'],
        ]),
        user([
          ['member', 'acme'],
          ['owner', 'acme'],
        ]),
        user([
          ['member', 'evil'],
          ['owner', 'evil'],
        ]),
      ].map((actor) => ask(actor, resource));
      expect([engine, answers]).toEqual([engine, [true, false, false]]);
    });
  });

  it.each([
    [
      'a call of a rule that does not exist',
      '"read" if "owner" and is_archive(resource);',
      ['UNDEFINED_RULE 6:32'],
    ],
    [
      'a variable that is used once',
      '"read" if "owner" and is_archived(resource) and x = 1;',
      ['SINGLETON_VARIABLE 6:58'],
    ],
    ['a name that no block declares', '"read" if "owner" and "reader";', ['BLOCK_UNDECLARED_TERM 6:32']],
    [
      'a rule about any role without a condition on it',
      'role if "owner" on "parent";',
      ['BLOCK_ANY_NAME 6:10'],
    ],
    [
      'a rule about any role with a condition on it in one alternative only',
      'role if role on "parent" or "owner" on "parent";',
      ['BLOCK_ANY_NAME 6:10'],
    ],
    ['any role in a rule about one permission', '"read" if role on "parent";', ['BLOCK_ANY_NAME 6:20']],
    ['any permission in a rule about any role', 'role if permission on "parent";', ['BLOCK_ANY_NAME 6:18']],
  ])('reports %s', (_, rule, expected) => {
    const policies = `actor User {}
      resource Organization { roles = ["owner"]; }
      resource Repository {
         roles = ["owner"]; permissions = ["read"]; relations = { parent: Organization };
         role if role on "parent";
         ${rule}
      }
      ${data}`;
    expect(findingsOf(policies, types)).toEqual(expected);
  });
});

describe('the block global', () => {
  const policies = `
    actor User {}
    global {
      roles = ["admin", "support"];
      permissions = ["see_audit"];
      "see_audit" if "admin";
      "support" if "admin";
    }
    resource Organization { roles = ["member", "owner"]; "owner" if global "admin"; }
    resource Repository {
      roles = ["member", "owner"];
      permissions = ["read", "delete", "audit"];
      relations = { parent: Organization };
      role if role on "parent";
      "read" if global "support";
      "delete" if "owner" and is_archived(resource);
      "audit" if global "see_audit";
    }
    ${data}
    ${globalData}
  `;

  it.each([
    ['gives roles on every resource', ['admin'], true, ['read', 'delete', 'audit']],
    ['joins with other conditions', ['admin'], false, ['read', 'audit']],
    ['implies other global roles, and not the reverse', ['support'], true, ['read']],
    ['gives nothing to others', [], true, []],
  ] as const)('%s', async (_, globalRoles, isArchived, expected) => {
    const actor = user([], globalRoles);
    await expectActions(policies, actor, repository(isArchived), expected, ['read', 'delete', 'audit']);
  });

  it('answers queries about permissions without a resource', async () => {
    const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
    const ask = async (globalRoles: readonly string[]): Promise<number> => {
      const answers = [];
      for await (const answer of authorizer.policy.queryRule('has_permission', [
        user([], globalRoles),
        'see_audit',
      ]))
        answers.push(answer);
      return answers.length;
    };
    expect(await ask(['admin'])).toBe(1);
    expect(await ask(['support'])).toBe(0);
  });

  it.each([
    ['relations', 'global { relations = { parent: Organization }; }', ['BLOCK_GLOBAL_RELATION 1:10']],
    [
      'an undeclared global name',
      'actor User {} global { roles = ["a"]; "a" if "b"; }',
      ['BLOCK_UNDECLARED_TERM 1:46'],
    ],
    [
      'a global role that no rule gives',
      'actor User {} global { roles = ["a"]; } resource Organization { roles = ["b"]; "b" if global "a"; }',
      ['MISSING_REQUIRED_RULE 1:87'],
    ],
  ])('reports %s', (_, text, expected) => {
    expect(findingsOf(text, types)).toEqual(expected);
  });
});

describe('extends', () => {
  const files = {
    User: { key: 'id' },
    File: { key: 'id', fields: { id: 'String', readerId: 'String' } },
    Folder: { key: 'id', extends: 'File', fields: { id: 'String', readerId: 'String', writerId: 'String' } },
  } as const;
  const policies = `
    actor User {}
    resource File { roles = ["reader"]; permissions = ["read", "comment"]; "read" if "reader"; }
    resource Folder extends File {
      roles = ["writer"];
      permissions = ["write"];
      "reader" if "writer";
      "write" if "writer";
      "comment" if "writer";
    }
    allow(actor, action, resource) if has_permission(actor, action, resource);
    has_role(user: User, "reader", file: File) if user.id = file.readerId;
    has_role(user: User, "writer", folder: Folder) if user.id = folder.writerId;
  `;
  const ann = typed('User', { id: 'ann' });
  const folder = (readerId: string, writerId: string) => typed('Folder', { id: 'f', readerId, writerId });

  it('gives the subtype the rules and the declarations of its base', async () => {
    const options = { types: files };
    await everywhere(policies, options, (ask, engine) => {
      const allowed = (resource: object) =>
        ['read', 'comment', 'write'].filter((action) => ask(ann, resource, action) === true);
      expect([engine, allowed(folder('ann', 'ben'))]).toEqual([engine, ['read']]);
      expect([engine, allowed(folder('ben', 'ann'))]).toEqual([engine, ['read', 'comment', 'write']]);
      expect([engine, allowed(folder('ben', 'ben'))]).toEqual([engine, []]);
      const file = typed('File', { id: 'f', readerId: 'ann', writerId: 'ann' });
      expect([engine, allowed(file)]).toEqual([engine, ['read']]);
    });
  });

  it('gives `where` the rules of the base', async () => {
    const long = policies
      .replaceAll('resource Folder extends File', 'resource Folder')
      .replace('roles = ["writer"]', 'roles = ["reader", "writer"]')
      .replace('permissions = ["write"]', 'permissions = ["read", "comment", "write"]; "read" if "reader"');
    const both = `${long} has_role(user: User, "reader", folder: Folder) if user.id = folder.readerId;`;
    const { extends: _, ...Folder } = files.Folder;
    const actions = ['read', 'comment', 'write'];
    expect(await filtersOf(policies, ann, 'Folder', actions, files)).toEqual(
      await filtersOf(both, ann, 'Folder', actions, { ...files, Folder }),
    );
    expect(await filtersOf(policies, ann, 'File', actions, files)).toEqual(
      await filtersOf(both, ann, 'File', actions, { ...files, Folder }),
    );
  });

  it('reports a base that the types do not declare', () => {
    const { extends: _, ...Folder } = files.Folder;
    expect(findingsOf(policies, { ...files, Folder })).toContain('BLOCK_NOT_A_BASE 3:25');
  });

  it.each([
    [
      'an unknown type',
      { File: {}, Folder: { extends: 'Fil' } },
      'it extends `Fil`, which is not a declared type; did you mean `File`?',
    ],
    ['itself', { File: { extends: 'Folder' }, Folder: { extends: 'File' } }, 'it extends itself'],
    ['a type with a class', { File: class {}, Folder: { extends: 'File' } }, 'extend a type of rows'],
    ['a class', { File: {}, Folder: { class: class {}, extends: 'File' } }, 'a class extends another class'],
  ])('of a declaration rejects %s', (_, declared, message) => {
    expect(declarationError(declared)).toContain(message);
  });
});
