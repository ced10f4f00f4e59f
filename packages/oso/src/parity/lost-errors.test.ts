import { describe, expect, it } from 'vitest';
import { testedRepetitions } from '../../../../tools/test-scope.js';
import { nanook, original, outcomeOf, type Library, type Scenario } from './both-libraries.fixture.js';
import { Issue, Org, Repo } from './world.fixture.js';

// Errors of the application that oso loses below a negation and in a pattern. @nanook/oso gives the same answers, and warns in addition.

class Failing {
  get getter(): never {
    throw new TypeError('wrong type');
  }
  method(): never {
    throw new TypeError('wrong type');
  }
  later(): Promise<never> {
    return Promise.reject(new TypeError('wrong type'));
  }
  get promise(): Promise<never> {
    return Promise.reject(new TypeError('wrong type'));
  }
  outOfRange(): never {
    throw new RangeError('out of range');
  }
}

const members = ['getter', 'promise', 'method()', 'later()', 'outOfRange()'];
const conditions = [
  'x.M = 1',
  'x.M = 1 or true',
  'not x.M = 1',
  'not x.M',
  'not x.M < 1',
  'not x.M in [1]',
  'not (x.M = y and y = 1)',
  'forall(y = x.M, y = 1)',
  'forall(1 = 1, x.M = 1)',
  'not f(x.M)',
  'not (not x.M = 1)',
  'not x.M.y = 1',
  'not (x.M = 1 and x.missing = 1)',
  'not x.M matches Failing',
  'not 1 in x.M',
  'not x.M = x.M',
];
const patterns = ['x matches {M: 1}', 'not x matches {M: 1}', 'x matches Failing{M: 1}'];
const all = members.flatMap((member) =>
  [...conditions, ...(member.endsWith(')') ? [] : patterns)].map((condition) =>
    condition.replaceAll('M', member),
  ),
);

/** Decides each condition about an object whose members fail. */
const decideAll =
  (options: object): Scenario =>
  async (library) => {
    const oso = new library.Oso(options);
    oso.registerClass(Failing as never);
    const rules = all.map((condition, i) => `allow(_, ${i}, x) if ${condition};`);
    await oso.loadStr(`f(1); ${rules.join('\n')}`);
    const answers: unknown[] = [];
    for (const [i, condition] of all.entries())
      answers.push([
        condition,
        // oxlint-disable-next-line no-await-in-loop -- one check after another
        await oso.isAllowed(1, i, new Failing()).catch(({ name }: Error) => name),
      ]);
    return answers;
  };

/** Decides conditions about a relation whose adapter fails. */
const decideRelation =
  (error: Error, options: object, isSync = false): Scenario =>
  async (library: Library) => {
    const oso = new library.Oso(options);
    oso.registerClass(Repo as never);
    oso.registerClass(Org as never);
    oso.registerClass(Issue as never, {
      fields: { repo: new library.Relation('one', 'Repo', 'repoId', 'id') },
    });
    oso.setDataFilteringAdapter({
      buildQuery: () => {
        if (isSync) throw error;
        return 'query' as never;
      },
      executeQuery: () => Promise.reject(error),
    });
    await oso.loadStr(
      'allow(_, 0, i) if i.repo.id = 1; allow(_, 1, i) if not i.repo.id = 1; allow(_, 2, i) if forall(r = i.repo, r.id = 1);' +
        'allow(_, 3, _: Issue{repo: {id: 1}}); allow(_, 4, i) if not i matches Issue{repo: {id: 1}};',
    );
    const answers: unknown[] = [];
    for (const i of [0, 1, 2, 3, 4])
      // oxlint-disable-next-line no-await-in-loop -- one check after another
      answers.push(await oso.isAllowed(1, i, new Issue(1)).catch(({ name }: Error) => name));
    return answers;
  };

describe('errors of the application below a negation and in a pattern', { timeout: 60_000 }, () => {
  it('have the answers of oso', async () => {
    const { value, printed } = await outcomeOf(nanook, decideAll({}));
    expect(value).toEqual((await outcomeOf(original, decideAll({}))).value);
    const places = printed.map((text) => /app:\d+:\d+|policy:\d+:\d+/.exec(text)?.[0]);
    expect(new Set(places).size).toBe(printed.length);
    expect(printed.length).toBeGreaterThan(20);
  });

  it.each([
    ['a TypeError', new TypeError('wrong type'), false],
    ['a TypeError of buildQuery', new TypeError('wrong type'), true],
    ['another error', new RangeError('out of range'), false],
  ])('have the answers of oso for a relation whose adapter throws %s', async (_, error, isSync) => {
    const scenario = decideRelation(error, {}, isSync);
    const { value } = await outcomeOf(nanook, scenario);
    expect(value).toEqual((await outcomeOf(original, scenario)).value);
  });

  it('end the check with `strict: true`', async () => {
    const { value } = await outcomeOf(nanook, decideAll({ strict: true }));
    const isRefused = ([condition, answer]: readonly [string, unknown]) =>
      typeof answer === 'string' || condition.endsWith('or true');
    expect((value as [string, unknown][]).every(isRefused)).toBe(true);
    const relation = await outcomeOf(nanook, decideRelation(new TypeError('wrong type'), { strict: true }));
    expect(relation.value).toEqual(Array(5).fill('RuntimeError::Application'));
  });
});

describe('an isaCheck that fails, with `strict: true`', () => {
  it('ends only the checks that test its type', async () => {
    const oso = new nanook.Oso({ strict: true });
    oso.registerClass(Repo as never);
    const checks = {
      Throws: () => {
        throw new RangeError('out of range');
      },
      Later: () => Promise.resolve(true) as never,
    };
    for (const [name, isaCheck] of Object.entries(checks))
      oso.registerClass(class {} as never, { name, isaCheck });
    await oso.loadStr(
      'allow(_, "read", _: Repo); allow(_, "id", r) if r.id = 1; allow(_, "is", x) if x matches Throws; allow(_, "not", x) if not x matches Later;',
    );
    expect(await oso.isAllowed(1, 'read', new Repo(1))).toBe(true);
    expect(await oso.isAllowed(1, 'id', { id: 1 })).toBe(true);
    await expect(oso.isAllowed(1, 'is', { id: 1 })).rejects.toThrow(RangeError);
    await expect(oso.isAllowed(1, 'not', { id: 1 })).rejects.toThrow('isaCheck of Later returned a promise');
  });
});

describe('a recursive rule', () => {
  const policies: readonly (readonly [string, boolean])[] = [
    ['allow(_, "read", r: Repo) if r.id = 1; allow(u, a, i: Issue) if allow(u, a, i.repo);', true],
    ['allow(_, "read", i: Issue) if i.id = 1; allow(u, a, i: Issue) if allow(u, a, i.parent);', false],
    ['allow(u, a, i) if allow(u, a, i.parent);', false],
    ['allow(u, a, i: Issue) if i.parent matches Issue and allow(u, a, i.parent);', false],
    ['allow(u, a, i: Issue) if i.parent matches Issue{id: 1} and allow(u, a, i.parent);', false],
    ['allow(u, a, i: Issue) if f(u, a, i.parent); f(u, a, i: Issue) if allow(u, a, i.parent);', false],
  ];
  it.each(testedRepetitions([{}, { strict: true }]))(
    'has a filter or an error long before the time limit of 30 seconds, with %o',
    async (options) => {
      const filters = policies.map(async ([policy]) => {
        const oso = new nanook.Oso(options);
        oso.registerClass(Repo as never, { fields: { id: Number as never } });
        const fields = {
          id: Number as never,
          repo: new nanook.Relation('one', 'Repo', 'repoId', 'id'),
          parent: new nanook.Relation('one', 'Issue', 'parentId', 'id'),
        };
        oso.registerClass(Issue as never, { fields });
        oso.setDataFilteringAdapter({
          buildQuery: (filter) => filter,
          executeQuery: () => Promise.resolve([]),
        });
        await oso.loadStr(policy);
        return oso.authorizedQuery(1, 'read', Issue as never);
      });
      const settled = await Promise.allSettled(filters);
      expect(settled.map(({ status }) => status === 'fulfilled')).toEqual(policies.map(([, has]) => has));
      const [endless] = settled.slice(3) as [PromiseRejectedResult];
      expect((endless.reason as Error).name).toBe('RuntimeError::StackOverflow');
      expect((endless.reason as Error).message).toContain('A rule that calls itself');
    },
    25_000,
  );
});
