import { describe, expect, it } from 'vitest';
import { authorizerIn } from '../compat/index.js';
import { createDebugSession } from '../debug/index.js';
import { Authorizer, renderExplanation, typed, type AuthorizerOptions } from '../index.js';
import { engines, outcomeOf } from './fixtures/all-engines.fixture.js';
import { precompile } from './fixtures/precompiled.fixture.js';

// Rules that call themselves, about folders and groups that contain each other. Expected answers are those of the least fixpoint: a proof does
// not use itself.

class Folder {
  parent: Folder | null = null;
  readonly groups: Folder[] = [];
  constructor(readonly owner = 'nobody') {}
}

type Options = Omit<AuthorizerOptions, 'engine' | 'policies'>;

/** Loads a policy for each engine, and ahead of time. */
async function everywhere(policies: string, options: Options = { types: { Folder } }) {
  const found: [string, Pick<Authorizer, 'canSync' | 'can'>][] = [];
  for (const engine of engines) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    found.push([engine, await Authorizer.load({ policies, onWarning: () => {}, engine, ...options })]);
  }
  return [...found, ['module', await precompile({ policies, types: options.types! })] as const];
}

function ring(length: number, owners: readonly (string | undefined)[] = []): Folder[] {
  const folders = Array.from({ length }, (_, i) => new Folder(owners[i]));
  for (const [i, folder] of folders.entries()) folder.parent = folders[(i + 1) % length]!;
  return folders;
}

const viewers = `
  allow(user, "read", folder: Folder) if viewer(user, folder);
  viewer(user, folder: Folder) if viewer(user, folder.parent);
  viewer(user, folder: Folder) if folder.owner = user;
`;

describe('a recursive rule', () => {
  it('ends for folders that contain each other, and finds the owner of one of them', async () => {
    for (const [engine, authorizer] of await everywhere(viewers))
      for (const length of [1, 2, 7, 300])
        for (const _ of [1, 2]) {
          const folders = ring(length, ['ann']);
          const answers = ['ann', 'bob'].map((user) =>
            outcomeOf(() => authorizer.canSync(user, 'read', folders.at(-1))),
          );
          expect([engine, length, ...answers]).toEqual([engine, length, true, false]);
        }
  });

  it('takes few steps where many paths meet', async () => {
    // 2 ** 40 paths lead from the first level to the last one.
    const levels = Array.from({ length: 40 }, () => [new Folder(), new Folder()]);
    for (const [i, level] of levels.entries())
      for (const folder of level) folder.groups.push(...(levels[i + 1] ?? []));
    const policy = `
      allow(user, "read", folder: Folder) if member(user, folder);
      allow(user, "list", folder: Folder) if not member(user, folder);
      member(user, folder: Folder) if group in folder.groups and member(user, group);
      member(user, folder: Folder) if folder.owner = user;
    `;
    for (const [engine, authorizer] of await everywhere(policy, {
      types: { Folder },
      limits: { maxSteps: 20_000 },
    })) {
      const ask = (action: string) => outcomeOf(() => authorizer.canSync('ann', action, levels[0]![0]));
      expect([engine, ask('read'), ask('list')]).toEqual([engine, false, true]);
    }
  });

  it('has an undecided answer for each start on a circle if a rule on the way is undecided', async () => {
    const policy = `
      allow(_, "p", x: Folder) if p(x);
      allow(_, "q", x: Folder) if q(x);
      allow(_, "not", x: Folder) if not (p(x) and x.owner = "bob");
      p(x: Folder) if q(x);
      q(x: Folder) if p(x);
      q(x: Folder) if x.size < 3;
    `;
    for (const [engine, authorizer] of await everywhere(policy))
      for (const action of ['p', 'q', 'not']) {
        const outcome = outcomeOf(() => authorizer.canSync('ann', action, new Folder('ann')));
        expect([engine, action, outcome]).toEqual([engine, action, 'POLAR_UNDECIDED_MISSING_ATTRIBUTE']);
      }
  });

  it('has an undecided answer if it depends on an undecided question that was explored twice', async () => {
    // A random policy, reduced: the second exploration of a question had met the condition, and the first one was kept.
    const policy = `
      allow(_, _, x: Folder) if not (y in x.groups and not q(y));
      p(x: Folder) if q(x.parent) or x.size < 3 or p(x.parent);
      q(x: Folder) if forall(y in x.groups, y.size < 3);
      q(x: Folder) if (p(x.parent) or (y in x.groups and q(y.parent))) and x.owner = "ann";
    `;
    const [bare, large, small] = [new Folder(), new Folder(), new Folder()];
    Object.assign(bare, { parent: large });
    Object.assign(large, { parent: bare, size: 5, groups: [small] });
    Object.assign(small, { parent: small, size: 1, groups: [large] });
    for (const [engine, authorizer] of await everywhere(policy)) {
      const outcome = outcomeOf(() => authorizer.canSync('ann', 'read', large));
      expect([engine, outcome]).toEqual([engine, 'POLAR_UNDECIDED_MISSING_ATTRIBUTE']);
    }
  });

  it('ends if it calls itself in the action of a forall', async () => {
    const policy = `
      allow(_, "read", x: Folder) if ready(x);
      ready(x: Folder) if x.owner = "ann" and forall(part in x.groups, ready(part));
    `;
    const [whole, inner, circle] = [new Folder('ann'), new Folder('ann'), new Folder('ann')];
    whole.groups.push(inner, inner);
    circle.groups.push(circle);
    for (const [engine, authorizer] of await everywhere(policy)) {
      const outcomes = [whole, circle].map((x) => outcomeOf(() => authorizer.canSync('ann', 'read', x)));
      expect([engine, ...outcomes]).toEqual([engine, true, false]);
    }
  });

  it('loads each row of a ring of promised rows about once', async () => {
    let loads = 0;
    class Row {
      constructor(readonly id: number) {}
      get parent(): Promise<Row> {
        loads++;
        return Promise.resolve(new Row((this.id + 1) % 10));
      }
    }
    const policy = `
      allow(user, "read", row: Row) if viewer(user, row);
      viewer(user, row: Row) if row.id = user;
      viewer(user, row: Row) if viewer(user, row.parent);
    `;
    for (const [engine, authorizer] of await everywhere(policy, {
      types: { Row: { class: Row, key: 'id' } },
    })) {
      loads = 0;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect([engine, await authorizer.can(11, 'read', new Row(0))]).toEqual([engine, false]);
      expect(loads).toBeLessThan(30);
    }
  });

  it('recognizes new rows of a subclass by the key of either class', async () => {
    class Row {
      constructor(readonly id: number) {}
      get parent(): Row {
        return new Special(1 - this.id);
      }
    }
    class Special extends Row {}
    const policy = `
      allow(user, "read", row: Row) if viewer(user, row);
      viewer(user, row: Row) if viewer(user, row.parent);
      viewer(user, row: Row) if row.id = user;
    `;
    const key = 'id';
    for (const types of [
      { Row: { class: Row, key }, Special: { class: Special, key } },
      { Row: { class: Row, key }, Special: { class: Special, fields: { id: 'Integer' } } },
      { Row: { class: Row, fields: { id: 'Integer' } }, Special: { class: Special, key } },
    ] as const)
      for (const [engine, authorizer] of await everywhere(policy, { types, limits: { maxSteps: 5_000 } })) {
        const ask = (user: number) => outcomeOf(() => authorizer.canSync(user, 'read', new Special(0)));
        expect([engine, ask(1), ask(2)]).toEqual([engine, true, false]);
      }
  });

  it.each(['machine', 'source', 'closures'] as const)(
    'is about different rows if their key is NaN, in %s',
    async (engine) => {
      const authorizer = await Authorizer.load({
        policies: 'allow(u, "x", n: Node) if n.isOpen or allow(u, "x", n.parent);',
        types: { Node: { key: 'id' } },
        engine,
        onWarning: () => {},
      });
      const rows = [true, false, false, false, false, false, false].reduce<object | undefined>(
        (parent, isOpen) => typed('Node', { id: Number.NaN, isOpen, parent: parent ?? null }),
        undefined,
      );
      for (let i = 0; i < 3; i++) expect(authorizer.canSync(1, 'x', rows)).toBe(true);
    },
  );

  it('has no table if it depends on its own negation, in the dialect oso', async () => {
    const policies = `
      allow(_, "wins", x: Folder) if wins(x);
      allow(_, "loses", x: Folder) if not wins(x);
      wins(x: Folder) if x.parent != nil and not wins(x.parent);
    `;
    for (const engine of engines) {
      const options = {
        policies,
        types: { Folder },
        engine,
        limits: { maxSteps: 5_000 },
      } as const;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await authorizerIn({ dialect: 'oso' }).load({ ...options, onWarning: () => {} });
      const [first] = ring(2);
      for (const action of ['wins', 'loses'])
        expect([engine, outcomeOf(() => authorizer.canSync('ann', action, first))]).toEqual([
          engine,
          expect.stringMatching(/LIMIT$/),
        ]);
      const end = new Folder();
      const middle = Object.assign(new Folder(), { parent: end });
      expect(authorizer.canSync('ann', 'wins', middle)).toBe(true);
      expect(authorizer.canSync('ann', 'wins', end)).toBe(false);
    }
  });

  it('keeps the types that fields gave to a row apart', async () => {
    // One row is a user through one field, and a bot through another one.
    const types = {
      Pair: { fields: { user: 'User', bot: 'Bot' } },
      User: { fields: { next: 'Pair' } },
      Bot: { fields: { next: 'Pair' } },
    };
    const policies = `
      allow(_, "read", pair: Pair) if found(pair.user);
      allow(_, "both", pair: Pair) if not found(pair.user) or found(pair.bot);
      found(user: User) if found(user.next.bot);
      found(bot: Bot) if found(bot.next.user);
      found(_: Bot);
    `;
    const row: Record<string, unknown> = {};
    const pair = { user: row, bot: row };
    row['next'] = pair;
    for (const [engine, authorizer] of await everywhere(policies, { types }))
      for (const action of ['read', 'both'])
        expect([engine, authorizer.canSync('ann', action, typed('Pair', pair))]).toEqual([engine, true]);
  });

  it('ends at a limit for new rows without a key, which are never the same', async () => {
    class Row {
      get parent(): Row {
        return new Row();
      }
    }
    const policy = 'allow(user, "read", row: Row) if allow(user, "read", row.parent);';
    const limits = { maxSteps: 5_000 };
    for (const engine of engines) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await Authorizer.load({
        policies: policy,
        types: { Row },
        limits,
        engine,
        onWarning: () => {},
      });
      expect(outcomeOf(() => authorizer.canSync('ann', 'read', new Row()))).toBe('POLAR_RUN_STEP_LIMIT');
    }
  });
});

describe('questions about recursive rules', () => {
  const load = () => Authorizer.load({ policies: viewers, types: { Folder }, onWarning: () => {} });

  it('have explanations that explain each question once', async () => {
    const policies = `
      allow(user, "read", folder: Folder) if viewer(user, folder);
      viewer(user, folder: Folder) if group in folder.groups and viewer(user, group);
      viewer(user, folder: Folder) if folder.owner = user;
    `;
    const authorizer = await Authorizer.load({ policies, types: { Folder }, onWarning: () => {} });
    const [top, left, right, bottom] = [new Folder('a'), new Folder('b'), new Folder('c'), new Folder('d')];
    top.groups.push(left, right);
    left.groups.push(bottom);
    right.groups.push(bottom, left);
    bottom.groups.push(top);
    const text = renderExplanation(await authorizer.explain('ann', 'read', top));
    expect(text.match(/folder.owner = user`/g)?.length).toBeLessThanOrEqual(5);
    expect(text).toContain('explained above');
    const allowed = await authorizer.explain('d', 'read', top);
    expect(allowed.outcome).toBe('allowed');
    expect(renderExplanation(allowed).match(/folder.owner = user/g)).toHaveLength(1);
  });

  it('have explanations in which the proof of a question belongs to the rule that used it', async () => {
    const authorizer = await Authorizer.load({
      policies: `
        allow(user, "read", folder: Folder) if viewer(user, folder) and folder.owner = "b";
        allow(user, "read", folder: Folder) if folder.owner = "a" and viewer(user, folder);
        viewer(user, folder: Folder) if viewer(user, folder.parent);
        viewer(user, folder: Folder) if folder.owner = user;
      `,
      types: { Folder },
      onWarning: () => {},
    });
    const { outcome, proof } = await authorizer.explain('a', 'read', ring(1, ['a'])[0]);
    expect(outcome).toBe('allowed');
    expect(proof.map(({ text, calls }) => [text, calls.map((each) => each.text)])).toEqual([
      [
        'allow(user, "read", folder: Folder) if folder.owner = "a" and viewer(user, folder);',
        ['viewer(user, folder: Folder) if folder.owner = user;'],
      ],
    ]);
  });

  it('find the actions on a group that many paths lead to', async () => {
    // 2 ** 40 paths lead from the first level to the last one, and each of them is a proof.
    const levels = Array.from({ length: 40 }, () => [new Folder(), new Folder('ann')]);
    for (const [i, level] of levels.entries())
      for (const folder of level) folder.groups.push(...(levels[i + 1] ?? []));
    const policies = `
      allow(user, action, folder: Folder) if action in ["read", "list"] and member(user, folder);
      allow(user, "read", folder: Folder) if folder.owner = user;
      member(user, folder: Folder) if group in folder.groups and member(user, group);
      member(user, folder: Folder) if folder.owner = user;
    `;
    for (const engine of engines) {
      const options = { policies, types: { Folder }, limits: { maxSteps: 20_000 }, onWarning: () => {} };
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await Authorizer.load({ ...options, engine });
      // oxlint-disable-next-line no-await-in-loop -- as above
      const actions = await authorizer.actions('ann', levels[0]![0]);
      expect([engine, ...actions]).toEqual([engine, 'read', 'list']);
    }
  });

  it('find the actions on a folder in a ring, and end in a debugger', async () => {
    const authorizer = await load();
    const folders = ring(5, ['ann']);
    expect([...(await authorizer.actions('ann', folders[3]))]).toEqual(['read']);
    expect([...(await authorizer.actions('bob', folders[3]))]).toEqual([]);
    const session = createDebugSession(authorizer, 'allow("bob", action, folder)', {
      bindings: { folder: folders[3] },
    });
    for (let steps = 0, isEnded = false; !isEnded; steps++) {
      isEnded = session.forwardSync('into') === 'end';
      expect(steps).toBeLessThan(200);
    }
  });
});

describe('a query of recursive rules', () => {
  const policies = `
    reaches(x: Folder, y) if x.parent = y;
    reaches(x: Folder, y) if reaches(x.parent, y);
    found(x) if x = 1;
    found(x) if x in [1, 2];
    found(x) if found(x) and x = 1;
    inside(x, y: Folder) if inside(x, y.parent);
    inside(x, y: Folder) if x = y.owner;
  `;

  async function answersTo(text: string, bindings: Record<string, unknown> = {}): Promise<unknown[]> {
    const authorizer = await Authorizer.load({ policies, types: { Folder }, onWarning: () => {} });
    const found: unknown[] = [];
    for await (const answer of authorizer.policy.query(text, { bindings })) found.push(...answer.values());
    return found;
  }

  it('has an answer for each proof that does not use itself', async () => {
    expect(await answersTo('found(1)')).toEqual([]);
    const authorizer = await Authorizer.load({ policies, onWarning: () => {}, types: { Folder } });
    let count = 0;
    for await (const _ of authorizer.policy.query('found(1)')) count++;
    expect(count).toBe(2);
  });

  it('has an answer for each value of a variable that the calls pass on', async () => {
    const folders = ring(3, ['ann', 'ben', 'cat']);
    expect(await answersTo('inside(owner, f) and f = f', { f: folders[0] })).toEqual(
      expect.arrayContaining(['ann', 'ben', 'cat']) as unknown[],
    );
    const reached = await answersTo('reaches(f, g)', { f: folders[0] });
    expect(new Set(reached.filter((each) => each instanceof Folder))).toEqual(new Set(folders));
  });
});
