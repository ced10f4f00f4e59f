import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { precompile } from '../engine/fixtures/precompiled.fixture.js';
import { printCondition } from '../filter/print-condition.js';
import {
  Authorizer,
  NotFoundError,
  QueryVariable,
  renderExplanation,
  typed,
  type Fact,
  type QueryOptions,
} from '../index.js';

const types = {
  User: { key: 'id' },
  Organization: { key: 'id', fields: { id: 'String' } },
  Repository: { key: 'id', fields: { id: 'String', isOpen: 'Boolean' } },
} as const;

const policies = `
  declare has_role(User, String, Organization);
  declare has_relation(Organization, String, Repository);
  declare is_banned(User);
  actor User {}
  resource Organization { roles = ["member", "admin"]; permissions = ["read", "edit"]; "member" if "admin"; "read" if "member"; "edit" if "admin"; }
  resource Repository {
    roles = ["member", "admin"];
    permissions = ["read", "edit"];
    relations = { parent: Organization };
    role if role on "parent";
    "read" if "member" and not is_banned(actor);
    "read" if resource.isOpen = true;
    "edit" if "admin" and not is_banned(actor);
  }
  allow(actor, action, resource) if has_permission(actor, action, resource);
  allow_field(actor, "read", resource: Repository, field) if field in ["id", "isOpen"] and allow(actor, "edit", resource);
  allow_request(actor, _request) if has_role(actor, "admin", Organization{"acme"});
`;
const load = () => Authorizer.load({ policies, types, onWarning: () => {} });

const user = (id: string) => typed('User', { id });
const organization = (id: string) => typed('Organization', { id });
const repository = (id: string, isOpen = false) => typed('Repository', { id, isOpen });
const [ann, acme, anvil] = [user('ann'), organization('acme'), repository('anvil')];
const facts: readonly Fact[] = [
  ['has_role', ann, 'admin', acme],
  ['has_relation', acme, 'parent', anvil],
];

describe('the option facts', () => {
  it('holds for the question of each method', async () => {
    const authorizer = await load();
    const options = { facts };
    expect(await authorizer.can(ann, 'edit', anvil, options)).toBe(true);
    expect(authorizer.canSync(ann, 'edit', anvil, options)).toBe(true);
    expect(await authorizer.authorize(ann, 'edit', anvil, options)).toBe(anvil);
    expect(authorizer.authorizeSync(ann, 'edit', anvil, options)).toBe(anvil);
    await authorizer.authorizeField(ann, 'read', anvil, 'id', options);
    await authorizer.authorizeRequest(ann, {}, options);
    expect(await authorizer.canAll(ann, 'edit', [anvil, repository('bolt')], options)).toEqual([true, false]);
    expect(await authorizer.filter(ann, 'edit', [repository('bolt'), anvil], options)).toEqual([anvil]);
    expect(await authorizer.filterFields(ann, 'read', anvil, ['id', 'x'], options)).toEqual(new Set(['id']));
    expect(await authorizer.actions(ann, anvil, options)).toEqual(new Set(['read', 'edit']));
    expect(authorizer.actionsSync(ann, anvil, options)).toEqual(new Set(['read', 'edit']));
    expect(await authorizer.actionsAll(ann, [anvil], options)).toEqual([new Set(['read', 'edit'])]);
    expect(await authorizer.fields(ann, 'read', anvil, options)).toEqual(new Set(['id', 'isOpen']));
    expect(authorizer.fieldsSync(ann, 'read', anvil, options)).toEqual(new Set(['id', 'isOpen']));
    const { allowed } = await authorizer.whoCan('edit', anvil, [user('ben'), ann], options);
    expect(allowed).toEqual([ann]);
    expect((await authorizer.whatCan(ann, anvil, options)).allowed).toEqual(['edit', 'read']);
    expect(await authorizer.as(ann).can('edit', anvil, options)).toBe(true);
    expect((await authorizer.explain(ann, 'edit', anvil, options)).outcome).toBe('allowed');
    expect((await authorizer.explainField(ann, 'read', anvil, 'id', options)).outcome).toBe('allowed');
    expect((await authorizer.explainRequest(ann, {}, options)).outcome).toBe('allowed');
    const { condition } = await authorizer.where(ann, 'edit', 'Repository', options);
    expect(printCondition(condition)).toBe('repository.id = "anvil"');
    expect((await authorizer.explainWhere(ann, 'edit', 'Repository', options)).rules).not.toEqual([]);
  });

  it('does not hold for the next question', async () => {
    const authorizer = await load();
    const ask = async () => [
      await authorizer.can(ann, 'edit', anvil),
      authorizer.canSync(ann, 'edit', anvil),
      [...(await authorizer.actions(ann, anvil))],
      printCondition((await authorizer.where(ann, 'edit', 'Repository')).condition),
    ];
    const before = await ask();
    expect(before).toEqual([false, false, [], 'false']);
    await authorizer.can(ann, 'edit', anvil, { facts });
    await authorizer.where(ann, 'edit', 'Repository', { facts });
    await authorizer.actions(ann, anvil, { facts });
    expect(await ask()).toEqual(before);
    await expect(authorizer.authorize(ann, 'edit', anvil)).rejects.toThrow(NotFoundError);
  });

  it('decides the read check of a refusal, too', async () => {
    const authorizer = await load();
    const reader: readonly Fact[] = [['has_role', ann, 'member', acme], facts[1]!];
    const refused = authorizer.authorize(ann, 'edit', anvil, { facts: reader });
    await expect(refused).rejects.toMatchObject({ status: 403 });
  });

  it('can take a permission away, where the policy asks for it in a negation', async () => {
    const authorizer = await load();
    const banned: readonly Fact[] = [...facts, ['is_banned', ann]];
    expect(await authorizer.can(ann, 'edit', anvil, { facts: banned })).toBe(false);
  });

  it('keeps the facts that were passed, when the list changes later', async () => {
    const authorizer = await load();
    const list: Fact[] = [...facts];
    const view = authorizer.withFacts(list);
    list.length = 0;
    expect(await view.can(ann, 'edit', anvil)).toBe(true);
  });

  it('shows the facts in explanations', async () => {
    const authorizer = await load();
    const text = renderExplanation(await authorizer.explain(ann, 'edit', anvil, { facts }));
    expect(text).toContain('has_role(');
    expect(text).toContain('facts of the question');
  });

  it('keeps the version of the policy in decisions, which name the facts', async () => {
    const recorded: unknown[] = [];
    const authorizer = await Authorizer.load({
      policies,
      types,
      onWarning: () => {},
      onDecision: ({ policy, facts: names }) => void recorded.push([policy, names]),
    });
    await authorizer.can(ann, 'edit', anvil, { facts });
    await authorizer.withFacts([facts[0]!]).filterFields(ann, 'read', anvil, ['id']);
    await authorizer.can(ann, 'edit', anvil);
    const { hash } = authorizer.policy;
    expect(recorded).toEqual([
      [hash, ['has_role', 'has_relation']],
      [hash, ['has_role']],
      [hash, undefined],
    ]);
  });

  it('accepts a row whose type has neither a key nor fields, and refuses one without a type', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(user, action, note) if may(user, action, note); may(_: User, "read", _: Note);',
      types: { User: {}, Note: {} },
    });
    const [user, note] = [typed('User', {}), typed('Note', {})];
    expect(await authorizer.can(user, 'edit', note, { facts: [['may', user, 'edit', note]] })).toBe(true);
    await expect(
      authorizer.can(user, 'edit', note, { facts: [['may', user, 'edit', {}]] }),
    ).rejects.toMatchObject({ code: 'POLAR_TYPE_INVALID_ARGUMENT' });
  });

  it.each([
    ['a fact of which the policy has no rule', [['has_rol', ann, 'admin', acme]], 'POLAR_RUN_UNDEFINED_RULE'],
    ['a fact with another number of arguments', [['has_role', ann, 'admin']], 'POLAR_RUN_UNDEFINED_RULE'],
    ['an id instead of its object', [['is_banned', 'ann']], 'POLAR_TYPE_INVALID_ARGUMENT'],
    ['a row without its type', [['is_banned', { id: 'ann' }]], 'POLAR_TYPE_INVALID_ARGUMENT'],
    ['nil instead of an object', [['is_banned', null]], 'POLAR_TYPE_INVALID_ARGUMENT'],
    ['a number instead of a text', [['has_role', ann, 1, acme]], 'POLAR_TYPE_INVALID_ARGUMENT'],
    ['something that is not a list', 'has_role', 'POLAR_TYPE_INVALID_ARGUMENT'],
    ['a fact that is not a list', ['has_role'], 'POLAR_TYPE_INVALID_ARGUMENT'],
    ['an undefined argument', [['has_role', undefined, 'admin', acme]], 'POLAR_TYPE_INVALID_ARGUMENT'],
    [
      'a promise as an argument',
      [['has_role', Promise.resolve(ann), 'admin', acme]],
      'POLAR_TYPE_INVALID_ARGUMENT',
    ],
  ])('rejects %s', async (_, wrong, code) => {
    const authorizer = await load();
    const options = { facts: wrong as never };
    await expect(authorizer.can(ann, 'edit', anvil, options)).rejects.toMatchObject({ code });
    await expect(authorizer.where(ann, 'edit', 'Repository', options)).rejects.toMatchObject({ code });
    expect(() => authorizer.canSync(ann, 'edit', anvil, options)).toThrow(expect.objectContaining({ code }));
  });

  it('throws in methods and policies that have no facts', async () => {
    const compiled = await precompile({ policies, types });
    expect(() => compiled.canSync(ann, 'edit', anvil, { facts })).toThrow('facts');
    const authorizer = await load();
    await expect(authorizer.list(ann, 'edit', 'Repository', { facts } as never)).rejects.toThrow('facts');
    await expect(authorizer.count(ann, 'edit', 'Repository', { facts } as never)).rejects.toThrow('facts');
    await expect(authorizer.one(ann, 'edit', 'Repository', 1, { facts } as never)).rejects.toThrow('facts');
  });

  it('holds for one query of the policy', async () => {
    const { policy } = await load();
    const options = { bindings: { a: ann, b: anvil }, facts };
    const rolesIn = async (used: QueryOptions) => {
      const found = [];
      for await (const answer of policy.queryRule('has_role', [ann, new QueryVariable('role'), acme], used))
        found.push(answer.get('role'));
      return found;
    };
    const holds = async (used: QueryOptions) => {
      for await (const _ of policy.query('allow(a, "edit", b)', used)) return true;
      return false;
    };
    const { bindings } = options;
    expect([await holds({ bindings }), await holds(options), await holds({ bindings })]).toEqual([
      false,
      true,
      false,
    ]);
    expect(await rolesIn({})).toEqual([]);
    expect(await rolesIn({ facts })).toEqual(['member', 'admin']); // the rule comes before the fact
    expect((await policy.explainQuery('allow(a, "edit", b)', options)).outcome).toBe('allowed');
    expect((await policy.explainQuery('allow(a, "edit", b)', { bindings })).outcome).toBe('denied');
    const wrong = { ...options, facts: [['has_rol', ann, 'admin', acme]] as const };
    expect(() => policy.query('allow(a, "edit", b)', wrong)).toThrow('has_rol');
    await expect(policy.explainQuery('allow(a, "edit", b)', wrong)).rejects.toThrow('has_rol');
  });

  it('answers each question alike, also after a comparison of a variable without a value', async () => {
    const keyed = { key: 'id', fields: { id: 'String' } } as const;
    const authorizer = await Authorizer.load({
      policies: `
        declare linked(User, Team);
        allow(user: User, "open", folder: Folder) if is_other(folder, team) and linked(user, team);
        allow(user: User, "close", folder: Folder) if not is_other(folder, team) and linked(user, team);
        is_other(folder: Folder, team: Team) if team != folder;
      `,
      types: { User: keyed, Team: keyed, Folder: keyed },
    });
    const [user, team, folder] = ['User', 'Team', 'Folder'].map((type) => typed(type, { id: 'a' }));
    const asked: boolean[] = [];
    for (const action of ['open', 'close', 'open', 'close'])
      // oxlint-disable-next-line no-await-in-loop -- one question after the other
      asked.push(await authorizer.can(user, action, folder, { facts: [['linked', user, team]] }));
    expect(asked).toEqual([true, false, true, false]);
  });

  it('gives the answers of the same facts in the policy, whatever was asked before', async () => {
    const users = ['ann', 'ben'];
    const organizations = ['acme', 'evil'];
    const repositories = ['anvil', 'bolt'];
    const fact = fc.oneof(
      fc.tuple(
        fc.constant('has_role' as const),
        fc.constantFrom(...users),
        fc.constantFrom('member', 'admin'),
        fc.constantFrom(...organizations),
      ),
      fc.tuple(
        fc.constant('has_relation' as const),
        fc.constantFrom(...organizations),
        fc.constant('parent'),
        fc.constantFrom(...repositories),
      ),
      fc.tuple(fc.constant('is_banned' as const), fc.constantFrom(...users)),
    );
    type Drawn = typeof fact extends fc.Arbitrary<infer Value> ? Value : never;
    const asFact = ([name, a, b, c]: Drawn): Fact =>
      name === 'has_role'
        ? [name, user(a), b, organization(c!)]
        : name === 'has_relation'
          ? [name, organization(a), b, repository(c!)]
          : [name, user(a)];
    const asRule = ([name, a, b, c]: Drawn): string =>
      name === 'has_role'
        ? `has_role(User{"${a}"}, "${b}", Organization{"${c}"});`
        : name === 'has_relation'
          ? `has_relation(Organization{"${a}"}, "${b}", Repository{"${c}"});`
          : `is_banned(User{"${a}"});`;
    const question = fc.record({
      facts: fc.array(fact, { maxLength: 5 }),
      who: fc.constantFrom(...users),
      action: fc.constantFrom('read', 'edit'),
      what: fc.constantFrom(...repositories),
      isOpen: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(question, { minLength: 2, maxLength: 6 }), async (questions) => {
        const shared = await load();
        const answersOf = async (
          authorizer: Authorizer,
          options: { readonly facts?: readonly Fact[] },
          asked: (typeof questions)[number],
        ) => {
          const { who, action, what, isOpen } = asked;
          const resource = repository(what, isOpen);
          return [
            await authorizer.can(user(who), action, resource, options),
            authorizer.canSync(user(who), action, resource, options),
            [...(await authorizer.actions(user(who), resource, options))].sort(),
            printCondition((await authorizer.where(user(who), action, 'Repository', options)).condition),
          ];
        };
        // All questions at the same time, so that one that waits can meet the facts of another.
        const found = await Promise.all(
          questions.map((asked) => answersOf(shared, { facts: asked.facts.map(asFact) }, asked)),
        );
        const expected = await Promise.all(
          questions.map(async (asked) => {
            const rules = asked.facts.map(asRule).join('\n');
            const alone = await Authorizer.load({
              policies: `${policies}\n${rules}`,
              types,
              onWarning: () => {},
            });
            return answersOf(alone, {}, asked);
          }),
        );
        expect(found.map((answers) => answers.slice(0, 3))).toEqual(
          expected.map((answers) => answers.slice(0, 3)),
        );
        const without = await Promise.all(questions.map((asked) => answersOf(shared, {}, asked)));
        const fresh = await load();
        expect(without).toEqual(await Promise.all(questions.map((asked) => answersOf(fresh, {}, asked))));
      }),
      { numRuns: randomCases(15) },
    );
  });
});
