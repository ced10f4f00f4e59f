import { describe, expect, it } from 'vitest';
import { Authorizer } from '../authorization/authorizer.js';
import { everywhere } from '../engine/fixtures/all-engines.fixture.js';
import { precompile } from '../engine/fixtures/precompiled.fixture.js';
import { printCondition } from '../filter/print-condition.js';
import { TypeTable } from '../types/type-table.js';
import { typed } from '../types/typed.js';
import { diagnoseAll } from './diagnose.fixture.js';

class User {
  constructor(readonly id: string) {}
}
const types = {
  User: { class: User, key: 'id' },
  Repository: { key: 'id', fields: { id: 'String' } },
  Pair: { key: ['a', 'b'] },
  Keyless: {},
} as const;
const table = new TypeTable(types);
const findings = (text: string) =>
  diagnoseAll([text], table).map(({ code, at }) => `${code.replace('POLAR_CHECK_', '')} ${at}`);
const repository = (id: string) => typed('Repository', { id });

describe('a fact', () => {
  const policies = `
    allow(_: User, "read", repository: Repository) if is_public(repository);
    allow(user: User, "edit", repository: Repository) if user = User{"ann"} and not is_frozen(repository, Boolean{true});
    allow(user: User, "delete", _: Repository) if user in [User{"root"}, User{"ann"}];
    allow(user: User, "share", repository: Repository) if repository != Repository{"anvil"} and grants(user, Integer{2});
    is_public(Repository{"anvil"});
    is_frozen(Repository{"anvil"}, Boolean{true});
    grants(User{"ann"}, 2);
  `;
  const cases = [
    ['ann', 'anvil', ['read', 'delete']],
    ['ann', 'bolt', ['edit', 'delete', 'share']],
    ['ben', 'anvil', ['read']],
    ['root', 'bolt', ['delete']],
  ] as const;
  const actions = ['read', 'edit', 'delete', 'share'];

  it.each(cases)('names objects by type and key: %s on %s', async (user, id, expected) => {
    await everywhere(policies, { types }, (ask, engine) => {
      const allowed = actions.filter((action) => ask(new User(user), repository(id), action) === true);
      expect([engine, allowed]).toEqual([engine, expected]);
    });
    const compiled = await precompile({ policies, types });
    const allowed = actions.filter((action) => compiled.canSync(new User(user), action, repository(id)));
    expect(allowed).toEqual(expected);
  });

  it('becomes a condition on the key in `where`', async () => {
    const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
    const conditionOf = async (action: string): Promise<string> =>
      printCondition((await authorizer.where(new User('ann'), action, 'Repository')).condition);
    expect(await conditionOf('read')).toBe('repository.id = "anvil"');
    expect(await conditionOf('edit')).toBe('repository.id != "anvil"');
  });

  it('fits the rule types of blocks', () => {
    const text = `actor User {} resource Repository { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; }
      has_role(User{"ann"}, "owner", Repository{"anvil"});
      allow(a, b, c) if has_permission(a, b, c);`;
    expect(findings(text)).toEqual([]);
    expect(findings(text.replace('User{"ann"}', 'Keyless{"ann"}'))).toContain('INVALID_RULE 2:7');
  });

  it.each([
    ['an unknown type', 'f(Repo{"a"});', ['UNKNOWN_CLASS 1:3']],
    ['a type without a key', 'f(x) if x = Keyless{1};', ['ENTITY_KEY 1:13']],
    ['a type with a key of several fields', 'f(Pair{1});', ['ENTITY_KEY 1:3']],
    ['a value of another type', 'f(Integer{"a"});', ['POLAR_PARSE_UNEXPECTED_TOKEN 1:14']],
    ['a key that is neither a text nor a number', 'f(User{true});', ['POLAR_PARSE_UNEXPECTED_TOKEN 1:12']],
  ])('with %s is an error', (_, text, expected) => {
    expect(findings(text)).toEqual(expect.arrayContaining(expected));
  });

  it('can be queried', async () => {
    const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
    const holds = async (query: string): Promise<boolean> =>
      (await authorizer.policy.query(query).next()).done !== true;
    expect(await holds('is_public(Repository{"anvil"})')).toBe(true);
    expect(await holds('is_public(Repository{"bolt"})')).toBe(false);
  });
});

describe('a declared fact', () => {
  const policies = `
    declare is_public(Repository);
    declare has_role(User, String, Repository);
    actor User {}
    resource Repository {
      roles = ["reader"];
      permissions = ["read", "list"];
      "read" if "reader";
      "list" if is_public(resource) or "reader";
    }
    allow(actor, action, resource) if has_permission(actor, action, resource);
  `;

  it('needs no rule, and does not hold without one', async () => {
    expect(findings(policies)).toEqual([]);
    await everywhere(policies, { types }, (ask, engine) => {
      expect([engine, ask(new User('ann'), repository('anvil'), 'list')]).toEqual([engine, false]);
    });
  });

  it('can grant an action', async () => {
    const { policy } = await Authorizer.load({ policies, types, onWarning: () => {} });
    expect([policy.grants('read', 'Repository'), policy.grants('edit', 'Repository')]).toEqual([true, false]);
    expect(policy.vocabulary().types).toContainEqual(
      expect.objectContaining({ type: 'Repository', actions: ['list', 'read'], roles: ['reader'] }),
    );
  });

  it('can also follow from rules of its types', async () => {
    const more = `${policies} is_public(Repository{"anvil"}); has_role(_: User, "reader", Repository{"bolt"});`;
    await everywhere(more, { types }, (ask, engine) => {
      const answers = ['anvil', 'bolt'].map((id) => ask(new User('ann'), repository(id), 'read'));
      expect([engine, answers]).toEqual([engine, [false, true]]);
    });
  });

  it.each([
    ['a rule with other types', 'is_public(_: User);', ['INVALID_RULE 12:1']],
    ['a rule with another number of arguments', 'is_public(_: Repository, "x");', ['INVALID_RULE 12:1']],
  ])('rejects %s', (_, rule, expected) => {
    expect(findings(`${policies}\n${rule}`)).toEqual(expected);
  });

  it('rejects an unknown type', () => {
    expect(findings('declare f(Repo);')).toEqual(['UNKNOWN_CLASS 1:11']);
  });
});

describe('@current_unix_time', () => {
  const policies = `
    allow(_: User, "early", repository: Repository) if repository.until > @current_unix_time;
    allow(_: User, "whole", _: Repository) if now = @current_unix_time and now matches Integer;
    allow(_: User, "head", repository: Repository) if at(repository.until);
    at(@current_unix_time);
  `;
  const withTime = { ...types, Repository: { key: 'id', fields: { id: 'String', until: 'Integer' } } };

  it('returns the time of the clock in whole seconds', async () => {
    let now = 1_700_000_000_999;
    const options = { types: withTime, clock: () => new Date(now) };
    await everywhere(policies, options, (ask, engine) => {
      now = 1_700_000_000_999;
      const at = (until: number) => typed('Repository', { id: 'a', until });
      const answers = () =>
        ['early', 'whole', 'head'].map((action) => ask(new User('ann'), at(1_700_000_001), action));
      expect([engine, answers()]).toEqual([engine, [true, true, false]]);
      now = 1_700_000_001_000;
      expect([engine, answers()]).toEqual([engine, [false, true, true]]);
    });
  });

  it('becomes a number in `where`', async () => {
    const clock = () => new Date(1_700_000_000_000);
    const authorizer = await Authorizer.load({ policies, types: withTime, clock, onWarning: () => {} });
    const { condition } = await authorizer.where(new User('ann'), 'early', 'Repository');
    expect(printCondition(condition)).toBe('1700000000 < repository.until');
  });

  it('works in a precompiled policy', async () => {
    const compiled = await precompile({ policies, types: withTime });
    const row = typed('Repository', { id: 'a', until: 4_000_000_000 });
    expect(compiled.canSync(new User('ann'), 'early', row)).toBe(true);
  });
});
