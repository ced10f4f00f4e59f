// cspell:ignore onwer
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../aot/compile.js';
import { CompiledAuthorizer, type PolicyModule } from '../aot/compiled.js';
import { Authorizer } from '../authorization/authorizer.js';
import { everywhere } from '../engine/fixtures/all-engines.fixture.js';
import { diagnoseAll } from '../policy/diagnose.fixture.js';
import { typed } from '../types/typed.js';
import { TypeTable } from '../types/type-table.js';
import { osoCloud } from './dialect.js';

// The expected answers are those that the documentation of Oso Cloud gives to these forms.

const keyed = { key: 'id', fields: { id: 'String' } } as const;
const types = { User: keyed, Organization: keyed, Repository: keyed, Plan: keyed };
const options = { types, dialect: 'oso-cloud' } as const;

const ann = typed('User', { id: 'ann' });
const ben = typed('User', { id: 'ben' });
const acme = typed('Organization', { id: 'acme' });
const anvil = typed('Repository', { id: 'anvil' });

const diagnose = (text: string) => diagnoseAll([text], new TypeTable(types, {}, osoCloud));

describe('the dialect oso-cloud', () => {
  it('puts the related object last, in shorthand rules with and without `on`, and in written rules', async () => {
    const policy = `
      actor User {}
      resource Organization { roles = ["member"]; }
      resource Repository {
        permissions = ["read", "edit", "see"];
        relations = { parent: Organization, owner: User };
        "read" if "member" on "parent";
        "edit" if "owner";
      }
      has_permission(user: User, "see", repository: Repository) if
        organization matches Organization and
        has_relation(repository, "parent", organization) and
        has_role(user, "member", organization);
      has_relation(Repository{"anvil"}, "parent", Organization{"acme"});
      has_relation(Repository{"anvil"}, "owner", User{"ben"});
      has_role(User{"ann"}, "member", Organization{"acme"});
    `;
    await everywhere(policy, options, (ask, engine) => {
      const actions = (user: object) =>
        ['read', 'edit', 'see'].filter((action) => ask(user, anvil, action) === true);
      expect([engine, actions(ann), actions(ben)]).toEqual([engine, ['read', 'see'], ['edit']]);
    });
  });

  it('allows permissions if the policy has no rule `allow`, and only what `allow` says if it has one', async () => {
    const policy = `
      actor User {}
      resource Repository { permissions = ["read"]; "read" if is_public(resource); }
      is_public(Repository{"anvil"});
    `;
    await everywhere(policy, options, (ask) => expect(ask(ann, anvil)).toBe(true));
    const own = `${policy} allow(User{"ben"}, action, resource) if has_permission(ben, action, resource) and ben = User{"ben"};`;
    await everywhere(own, options, (ask) =>
      expect([ask(ann, anvil), ask(ben, anvil)]).toEqual([false, true]),
    );
  });

  it('loads a policy whose roles, relations and facts only the application has, and takes them with a question', async () => {
    const authorizer = await Authorizer.load({
      ...options,
      onWarning: (warning) => expect.unreachable(warning.message),
      policies: `
        actor User {}
        global { roles = ["support"]; }
        resource Organization { roles = ["owner"]; "owner" if global "support"; }
        resource Repository {
          permissions = ["delete"];
          relations = { parent: Organization };
          "delete" if "owner" on "parent" and not is_protected(resource);
        }
      `,
    });
    const isAllowed = (...facts: (readonly [string, ...unknown[]])[]) =>
      authorizer.can(ann, 'delete', anvil, { facts });
    const parent = ['has_relation', anvil, 'parent', acme] as const;
    expect(await isAllowed()).toBe(false);
    expect(await isAllowed(parent)).toBe(false);
    expect(await isAllowed(parent, ['has_role', ann, 'owner', acme])).toBe(true);
    expect(await isAllowed(parent, ['has_role', ann, 'support'])).toBe(true);
    const isProtected = ['is_protected', anvil] as const;
    expect(await isAllowed(parent, ['has_role', ann, 'owner', acme], isProtected)).toBe(false);
    // A row without its type is equal to no row, and would protect nothing.
    await expect(isAllowed(parent, ['is_protected', { type: 'Repository', id: 'anvil' }])).rejects.toThrow(
      'expects a value or an object with a type as argument 1 of `is_protected`, found a plain object',
    );
    // The order of Nanook's own dialect is another fact here.
    const otherWay = ['has_relation', acme, 'parent', anvil] as const;
    expect(await isAllowed(otherWay, ['has_role', ann, 'owner', acme])).toBe(false);
  });

  it('knows which actions and roles facts can give', async () => {
    const { policy } = await Authorizer.load({
      ...options,
      policies: `
        actor User {}
        resource Organization { roles = ["owner"]; }
        resource Repository {
          permissions = ["delete", "read"];
          relations = { parent: Organization };
          "delete" if "owner" on "parent" and is_open(resource);
        }
      `,
    });
    expect([policy.grants('delete', 'Repository'), policy.grants('read', 'Repository')]).toEqual([
      true,
      false,
    ]);
    expect(policy.vocabulary().types).toMatchObject([
      { type: 'User', actions: [] },
      { type: 'Organization', actions: [], roles: ['owner'] },
      { type: 'Repository', actions: ['delete'], roles: [] },
      { type: 'Plan', actions: [] },
    ]);
  });

  it('decides the same when the policy is compiled ahead of time', async () => {
    const policies = `
      actor User {}
      resource Repository { permissions = ["edit"]; relations = { owner: User }; "edit" if "owner"; }
      has_relation(Repository{"anvil"}, "owner", User{"ann"});
    `;
    const text = await compilePolicy({ ...options, policies, format: 'cjs' });
    const module = { exports: undefined as unknown as PolicyModule };
    // oxlint-disable-next-line typescript/no-implied-eval -- the text is a module
    (new Function('module', text) as (target: object) => void)(module);
    const authorizer = CompiledAuthorizer.load(module.exports, { types });
    expect([await authorizer.can(ann, 'edit', anvil), await authorizer.can(ben, 'edit', anvil)]).toEqual([
      true,
      false,
    ]);
  });

  it('lets a role be an object', async () => {
    const policy = `
      actor User {}
      resource Organization { permissions = ["read"]; }
      has_permission(user: User, action: String, organization: Organization) if
        role matches Plan and has_role(user, role, organization) and grants(role, action);
      has_role(User{"ann"}, Plan{"gold"}, Organization{"acme"});
      grants(Plan{"gold"}, "read");
    `;
    await everywhere(policy, options, (ask) =>
      expect([ask(ann, acme), ask(ben, acme), ask(ann, acme, 'write')]).toEqual([true, false, false]),
    );
  });

  it('gives each declared permission or role for `permission` and `role` as a head, and nothing else', async () => {
    const policy = `
      actor User {}
      resource Organization { roles = ["admin", "member"]; permissions = ["invite"]; "invite" if "member"; role if "admin"; }
      resource Repository {
        permissions = ["read", "edit"];
        relations = { parent: Organization };
        permission if "admin" on "parent";
      }
      has_relation(Repository{"anvil"}, "parent", Organization{"acme"});
      has_role(User{"ann"}, "admin", Organization{"acme"});
    `;
    await everywhere(policy, options, (ask) => {
      const actions = ['read', 'edit', 'drop', 'admin'];
      expect(actions.filter((action) => ask(ann, anvil, action) === true)).toEqual(['read', 'edit']);
      expect(actions.filter((action) => ask(ben, anvil, action) === true)).toEqual([]);
      expect(ask(ann, acme, 'invite')).toBe(true);
    });
  });

  it('asks for any role for `role` as a condition of a named head', async () => {
    const policy = `
      actor User {}
      resource Organization { roles = ["admin", "member"]; }
      resource Plan {
        permissions = ["use"];
        relations = { buyer: Organization };
        "use" if role on "buyer";
      }
      has_relation(Plan{"gold"}, "buyer", Organization{"acme"});
      has_role(User{"ann"}, "member", Organization{"acme"});
    `;
    const gold = typed('Plan', { id: 'gold' });
    await everywhere(policy, options, (ask) =>
      expect([ask(ann, gold, 'use'), ask(ben, gold, 'use')]).toEqual([true, false]),
    );
  });

  it('warns about a name that neither a block declares nor a rule asks for', () => {
    const blocks = `
actor User {}
resource Organization { roles = ["owner"]; relations = { plan: Plan }; permissions = ["read"]; "read" if "owner"; }
`;
    const asking = 'has_permission(user: User, "read", _: Organization) if has_relation(_, "buyer", user);\n';
    expect(diagnose(`${blocks}${asking}has_relation(_: Plan, "buyer", _: User);`)).toEqual([]);
    expect(diagnose(`${blocks}has_role(_: User, "onwer", _: Organization);`)).toMatchObject([
      { code: 'POLAR_CHECK_UNDECLARED_NAME', data: { name: 'onwer', known: ['owner'] } },
    ]);
  });

  it('throws for another name of a dialect', async () => {
    await expect(
      Authorizer.load({ policies: 'allow(_, _, _);', dialect: 'oso' as 'oso-cloud' }),
    ).rejects.toMatchObject({ code: 'POLAR_TYPE_INVALID_OPTION' });
  });
});

describe("Nanook's own dialect", () => {
  it('still needs `allow`, rules for roles, and declared facts, and puts the related object first', async () => {
    const policy = `
      actor User {}
      resource Organization { roles = ["member"]; }
      resource Repository {
        permissions = ["read"];
        relations = { parent: Organization };
        "read" if "member" on "parent";
      }
      has_relation(Repository{"anvil"}, "parent", Organization{"acme"});
      has_permission(_: User, "read", repository: Repository) if is_public(repository);
    `;
    const codes = diagnoseAll([policy], new TypeTable(types)).map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining([
        'POLAR_CHECK_INVALID_RULE',
        'POLAR_CHECK_MISSING_REQUIRED_RULE',
        'POLAR_CHECK_UNDEFINED_RULE',
        'POLAR_CHECK_MISSING_HAS_PERMISSION',
      ]),
    );
  });
});
