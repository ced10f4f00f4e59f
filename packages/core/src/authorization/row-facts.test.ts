import { describe, expect, it } from 'vitest';
import { precompile } from '../engine/fixtures/precompiled.fixture.js';
import { printCondition } from '../filter/print-condition.js';
import {
  Authorizer,
  fact,
  many,
  one,
  renderExplanation,
  typed,
  withRowFacts,
  type Diagnostic,
  type PolicyError,
  type TypesInput,
} from '../index.js';

const tables = {
  User: {
    key: 'id',
    fields: { id: 'Integer' },
    relations: { memberships: many('Membership', { local: 'id', foreign: 'userId' }) },
  },
  Organization: { key: 'id', fields: { id: 'Integer' } },
  Membership: {
    fields: { userId: 'Integer', organizationId: 'Integer?', role: 'String', revokedAt: 'Date?' },
    relations: {
      user: one('User', { local: 'userId', foreign: 'id' }),
      organization: one('Organization', { local: 'organizationId', foreign: 'id' }),
    },
  },
  Repository: {
    key: 'id',
    fields: { id: 'Integer', isPublic: 'Boolean', organizationId: 'Integer?' },
    relations: { organization: one('Organization', { local: 'organizationId', foreign: 'id' }) },
  },
} as const satisfies TypesInput;

const roles = { field: 'role', values: { owner: 'admin', staff: 'member' } } as const;
const types = withRowFacts(tables, {
  Membership: [fact('has_role', ['user', roles, 'organization'], { where: { revokedAt: null } })],
  Repository: [
    fact('has_relation', ['organization', { value: 'parent' }, 'this']),
    fact('is_public', ['this'], { where: { isPublic: true } }),
  ],
});

const policies = `
  declare is_public(Repository);
  actor User {}
  resource Organization { roles = ["member", "admin"]; "member" if "admin"; }
  resource Repository {
    roles = ["member", "admin"];
    permissions = ["read", "edit"];
    relations = { parent: Organization };
    role if role on "parent";
    "read" if "member";
    "read" if is_public(resource);
    "edit" if "admin";
  }
  allow(actor, action, resource) if has_permission(actor, action, resource);
`;
const load = (more: Partial<Parameters<typeof Authorizer.load>[0]> = {}) =>
  Authorizer.load({ policies, types, ...more });

interface Membership {
  readonly organizationId: number | null;
  readonly role: string;
  readonly revokedAt: Date | null;
}
const membership = (organizationId: number | null, role: string, revokedAt: Date | null = null) => ({
  organizationId,
  role,
  revokedAt,
});
const user = (...memberships: readonly Membership[]) =>
  typed('User', { id: 1, memberships: memberships.map((each) => ({ userId: 1, ...each })) });
const repository = (organizationId: number | null, isPublic = false) =>
  typed('Repository', {
    id: 5,
    isPublic,
    organizationId,
    organization: organizationId === null ? null : { id: organizationId },
  });

describe('facts of rows', () => {
  it('have no warning, where the policy uses them', async () => {
    expect((await load()).policy.warnings).toEqual([]);
  });

  it.each<[string, Membership[], string[]]>([
    ['a translated role gives its permissions', [membership(7, 'owner')], ['edit', 'read']],
    ['another translated role gives others', [membership(7, 'staff')], ['read']],
    ['a role that is not translated gives none', [membership(7, 'admin')], []],
    ['a row of another tenant gives none', [membership(8, 'owner')], []],
    ['a revoked row gives none', [membership(7, 'owner', new Date(0))], []],
    ['a row without a tenant gives none', [membership(null, 'owner')], []],
    ['one of several rows is enough', [membership(8, 'owner'), membership(7, 'staff')], ['read']],
  ])('%s', async (_, memberships, expected) => {
    const authorizer = await load();
    expect([...(await authorizer.actions(user(...memberships), repository(7)))].sort()).toEqual(expected);
  });

  it('a repository without an organization has none whose roles count', async () => {
    const authorizer = await load();
    const owner = user(membership(7, 'owner'), membership(null, 'owner'));
    expect(await authorizer.actions(owner, repository(null))).toEqual(new Set());
    expect(await authorizer.actions(user(), repository(null, true))).toEqual(new Set(['read']));
  });

  it('make the condition of a list', async () => {
    const authorizer = await load();
    const owner = user(membership(7, 'owner'), membership(8, 'staff'), membership(null, 'owner'));
    const printed = async (action: string) =>
      printCondition((await authorizer.where(owner, action, 'Repository')).condition);
    expect(await printed('edit')).toBe('repository.organization.id = 7');
    expect(await printed('read')).toContain('repository.isPublic');
  });

  it('leave a check undecided, and never allowed, when the rows were not loaded', async () => {
    const authorizer = await load();
    const check = authorizer.can(typed('User', { id: 1 }), 'edit', repository(7));
    await expect(check).rejects.toMatchObject({ code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE' });
  });

  it('can be loaded by a batch, when many resources are checked', async () => {
    const authorizer = await load();
    const batches: number[][] = [];
    let waiting: { id: number; done: (row: object) => void }[] = [];
    const loadOrganization = (id: number) =>
      new Promise<object>((done) => {
        if (waiting.push({ id, done }) > 1) return;
        queueMicrotask(() => {
          batches.push(waiting.map((each) => each.id));
          for (const each of waiting) each.done({ id: each.id });
          waiting = [];
        });
      });
    const rows = [7, 8, 9].map((organizationId) =>
      typed('Repository', {
        id: organizationId,
        isPublic: false,
        organizationId,
        get organization() {
          return loadOrganization(organizationId);
        },
      }),
    );
    expect(await authorizer.canAll(user(membership(8, 'owner')), 'edit', rows)).toEqual([false, true, false]);
    expect(batches.map((ids) => [...new Set(ids)])).toEqual([[7, 8, 9]]);
  });

  it('name the type of the rows in explanations', async () => {
    const authorizer = await load();
    const text = renderExplanation(
      await authorizer.explain(user(membership(7, 'owner')), 'edit', repository(7)),
    );
    expect(text).toContain('facts of Membership:1');
    expect(text).toContain('facts of Repository:1');
  });

  it('follow relations that an ORM loads with a resource', async () => {
    expect(await (await load()).relationsFor('edit', 'Repository')).toEqual({ organization: {} });
  });

  it('hold together with rules of the policy, and with facts of a question', async () => {
    const more = 'has_role(user: User, "admin", _: Organization) if user.id = 2;';
    const authorizer = await load({ policies: policies + more });
    const [root, ben] = [typed('User', { id: 2, memberships: [] }), user()];
    expect(await authorizer.can(root, 'edit', repository(7))).toBe(true);
    expect(await authorizer.can(ben, 'edit', repository(7))).toBe(false);
    const facts = [['has_role', ben, 'admin', typed('Organization', { id: 7 })]] as const;
    expect(await authorizer.can(ben, 'edit', repository(7), { facts })).toBe(true);
    expect(await authorizer.can(user(membership(7, 'staff')), 'read', repository(7), { facts })).toBe(true);
  });

  it('stay after a reload, and are no part of the texts and of the hash of the policy', async () => {
    const authorizer = await load();
    const { hash, sources } = authorizer.policy;
    expect(sources).toHaveLength(1);
    await authorizer.reload(sources);
    await authorizer.reload(`${policies}\n# changed`);
    expect(await authorizer.can(user(membership(7, 'owner')), 'edit', repository(7))).toBe(true);
    expect(authorizer.policy.hash).not.toBe(hash);
    const plain = await load({
      types: tables,
      policies: `${policies} declare has_role(User, String, Organization); declare has_relation(Organization, String, Repository);`,
    });
    expect(plain.policy.signature).not.toEqual(authorizer.policy.signature);
  });

  it('belong to a precompiled policy, which refuses types with other facts', async () => {
    const compiled = await precompile({ policies, types });
    expect(await compiled.can(user(membership(7, 'owner')), 'edit', repository(7))).toBe(true);
    expect(await compiled.can(user(membership(7, 'staff')), 'edit', repository(7))).toBe(false);
    const others = withRowFacts(types, { User: [fact('is_user', ['this'])] });
    await expect(precompile({ policies, types }, others)).rejects.toMatchObject({
      code: 'POLAR_LOAD_MODULE_MISMATCH',
    });
  });

  it.each([
    [
      'an unknown fact',
      'Membership',
      fact('has_rol', ['user', 'role', 'organization']),
      'POLAR_CHECK_UNUSED_RULE',
    ],
    [
      'arguments in another order',
      'Membership',
      fact('has_role', ['organization', 'role', 'user']),
      'POLAR_CHECK_INVALID_RULE',
    ],
    [
      'a missing argument',
      'Membership',
      fact('has_role', ['user', 'organization']),
      'POLAR_CHECK_INVALID_RULE',
    ],
    [
      'a type that the policy declares otherwise',
      'Membership',
      fact('is_public', ['user']),
      'POLAR_CHECK_INVALID_RULE',
    ],
  ] as const)('%s is found when the policy is loaded', async (_, type, declared, code) => {
    const codes: string[] = [];
    const facts = [declared, fact('has_role', ['user', 'role', 'organization'])];
    const changed = { ...types, [type]: { ...types[type], facts } };
    const onWarning = (warning: Diagnostic) => void codes.push(warning.code);
    await load({ types: changed, onWarning }).catch(({ diagnostics }: PolicyError) =>
      codes.push(...diagnostics.map((each) => each.code)),
    );
    expect(codes).toContain(code);
  });

  it('cause an error for a type that is not declared', () => {
    expect(() => withRowFacts(tables as TypesInput, { Member: [fact('f', ['this'])] })).toThrow(
      'the type `Member` in `withRowFacts` must be declared',
    );
  });
});
