import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Authorizer, isPolarError, one, typed, type TypesInput } from '../index.js';
import { randomCases } from '../../../../tools/test-scope.js';
import { EngineUnderTest, type EngineKind } from './fixtures/engines.fixture.js';
import './fixtures/final-code.fixture.js';

// The type of a plain row belongs to the reference through which a rule reads it (decision 0024).

const kinds: readonly EngineKind[] = ['machine', 'source', 'closures', 'aot'];

const types: TypesInput = {
  User: { fields: { id: 'Integer', any: 'Any', boss: 'User?' } },
  Sponsor: { fields: { id: 'Integer', user: 'User?' } },
  Doc: {
    fields: {
      id: 'Integer',
      owner: 'User',
      sponsor: 'Sponsor',
      any: 'Any',
      users: ['User'],
      sponsors: ['Sponsor'],
      parent: 'Doc?',
      unused: 'User?',
    },
  },
};

describe.each(kinds)('one row in several fields, in %s', (kind) => {
  const row = { id: 1 };
  const doc = () => typed('Doc', { owner: row, sponsor: row, any: row, users: [row], sponsors: [row] });
  const ask = (rules: string) => {
    const engine = new EngineUnderTest(kind, rules, { types });
    return [1, 2, 3].map(() => engine.canSync(null, 'x', doc())).at(-1);
  };

  it.each([
    ['d.any matches User', false],
    ['not d.any matches User', true],
    ['d.owner matches User', true],
    ['d.owner matches Sponsor', false],
    ['d.owner = d.sponsor', false],
    ['not d.owner = d.sponsor', true],
    ['d.owner != d.sponsor', true],
    ['d.owner = d.any', true],
    ['u in d.users and u = d.sponsor', false],
    ['u in d.users and u matches User', true],
    ['[u] = d.users and u matches User', true],
    ['[u] = d.users and u matches Sponsor', false],
    ['d.users = d.sponsors', false],
    ['d.sponsor.id > 0 and not d.owner matches Sponsor', true],
    ['x = d.any and x = d.owner and x matches User', false],
    ['x = d.owner and x = d.any and x matches User', true],
    ['x in [d.owner] and x matches User', true],
    ['y = {o: d.owner} and y.o matches User', true],
    ['is_user(d.owner)', true],
    ['is_user(d.sponsor)', false],
    ['is_user(d.any)', false],
    ['["owner", u] in d and u matches User', true],
    ['d matches Doc{owner: u} and u matches User', true],
  ])('%s is %s', (condition, expected) => {
    const helper = 'is_user(u: User) if u.id = 1;';
    expect(ask(`allow(_, "x", d: Doc) if ${condition}; ${helper}`)).toBe(expected);
    const failing =
      'allow(_, "x", d: Doc) if d.owner.id = 99; allow(_, "x", d: Doc) if s in d.sponsors and s.id = 99;';
    expect(ask(`${failing} allow(_, "x", d: Doc) if ${condition}; ${helper}`)).toBe(expected);
  });
});

describe('rows with tags of different types', () => {
  it.each(kinds)('are never equal: %s', (kind) => {
    const engine = new EngineUnderTest(kind, 'allow(a, "x", b) if a = b; allow(a, "not", b) if not a = b;', {
      types,
    });
    const [user, sponsor] = [typed('User', { id: 1 }), typed('Sponsor', { id: 1 })];
    expect([1, 2].map(() => engine.canSync(user, 'x', sponsor))).toEqual([false, false]);
    expect([1, 2].map(() => engine.canSync(user, 'not', sponsor))).toEqual([true, true]);
  });
});

// ── random policies and graphs ──

const paths = fc.constantFrom(
  'd.owner',
  'd.sponsor',
  'd.any',
  'd.parent.owner',
  'd.owner.boss',
  'd.sponsor.user',
  'd.owner.any',
);
const typeNames = fc.constantFrom('User', 'Sponsor', 'Doc', 'Dictionary');
const conditions = fc.oneof(
  fc.tuple(paths, typeNames).map(([path, type]) => `${path} matches ${type}`),
  fc.tuple(paths, fc.nat(3)).map(([path, id]) => `${path}.id = ${id}`),
  fc.tuple(paths, paths).map(([a, b]) => `${a} = ${b}`),
  fc.tuple(paths, paths).map(([a, b]) => `${a} != ${b}`),
  fc.tuple(paths, typeNames).map(([path, type]) => `u in d.users and u = ${path} and u matches ${type}`),
  fc.tuple(paths, typeNames).map(([path, type]) => `s in d.sponsors and s matches ${type} and s != ${path}`),
  paths.map((path) => `is_user(${path})`),
  paths.map((path) => `same(${path}, d.any)`),
);
const bodies = fc
  .array(fc.tuple(fc.boolean(), conditions), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.map(([isNegated, part]) => (isNegated ? `not (${part})` : part)).join(' and '));
const helpers = `
  is_user(u: User) if u.id > 0;
  is_user(s: Sponsor) if s.id = 3;
  same(a, b) if a = b;
`;
const ruleOf = (body: string): string => `allow(_, "x", d: Doc) if ${body};`;

/** Makes a document over a few rows, which several fields share. */
const graphs = fc
  .record({
    picks: fc.array(fc.nat(7), { minLength: 16, maxLength: 16 }),
    tags: fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }),
  })
  .map(({ picks, tags }) => {
    const rows: Record<string, unknown>[] = [0, 1, 2, 3].map((id) => ({ id }));
    let next = 0;
    const pick = () => rows[picks[next++ % picks.length]! % rows.length]!;
    for (const row of rows) Object.assign(row, { any: pick(), boss: pick(), user: pick() });
    rows.forEach((row, i) => {
      const name = [
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        'User',
        'Sponsor',
        'Doc',
        undefined,
      ][tags[i]!];
      if (name !== undefined) typed(name, row);
    });
    const doc = (parent: object | null): Record<string, unknown> => ({
      id: 7,
      owner: pick(),
      sponsor: pick(),
      any: pick(),
      users: [pick(), pick()],
      sponsors: [pick()],
      parent,
      unused: null,
    });
    return typed('Doc', doc(doc(null)));
  });

const answersOf = (rules: string, declared: TypesInput, resource: object): Record<string, unknown> =>
  Object.fromEntries(
    kinds.map((kind) => {
      const engine = new EngineUnderTest(kind, rules, { types: declared });
      return [kind, [1, 2].map(() => engine.canSync(null, 'x', resource)).at(-1)];
    }),
  );
const isAnswer = (answer: unknown): boolean =>
  typeof answer === 'boolean' || String(answer).startsWith('POLAR_UNDECIDED');
/** Returns the outcome for callers: allowed, denied or undecided, without the condition that was undecided first. */
const outcomeOf = (answer: unknown): unknown => (typeof answer === 'string' ? 'undecided' : answer);

describe('a row that a discriminator gives the type of its field', () => {
  const policy = `
    allow(user, "read", doc: Doc) if folder = doc.folder and folder matches Folder and may_see(user, folder);
    allow(user, "list", doc: Doc) if folder = doc.folder and folder matches Folder and not may_see(user, folder);
    allow(_, "shelve", doc: Doc) if doc.folder matches Shelf;
    may_see(user, folder: Folder) if folder.owner = user;
    may_see(_, _: Shelf);
  `;
  const declared: TypesInput = {
    Doc: { fields: { folder: 'Folder' } },
    Folder: { discriminator: { kind: 'folder' }, fields: { owner: 'String' } },
    Shelf: {},
  };

  it.each(kinds)('keeps the type of its tag: %s', (kind) => {
    const engine = new EngineUnderTest(kind, policy, { types: declared });
    const doc = (folder: object) => typed('Doc', { folder });
    const answers = (folder: object) =>
      ['read', 'list', 'shelve'].map((action) => engine.canSync('ann', action, doc(folder)));
    expect(answers(typed('Shelf', { kind: 'folder', owner: 'bob' }))).toEqual([true, false, true]);
    expect(answers({ kind: 'folder', owner: 'bob' })).toEqual([false, true, false]);
  });
});

describe('the type of a reference', () => {
  it('does not depend on the engine', () => {
    fc.assert(
      fc.property(bodies, graphs, (body, graph) => {
        const answers = answersOf(ruleOf(body) + helpers, types, graph);
        for (const kind of kinds) {
          if (!isAnswer(answers[kind])) continue;
          expect([kind, body, answers[kind]]).toEqual([kind, body, answers['machine']]);
        }
      }),
      { numRuns: randomCases(500) },
    );
  });

  it('does not change by a rule that fails', () => {
    fc.assert(
      fc.property(bodies, bodies, graphs, (failing, body, graph) => {
        const never = `${failing} and d.id = 99`;
        const before = answersOf(ruleOf(body) + helpers, types, graph);
        const after = answersOf(ruleOf(never) + ruleOf(body) + helpers, types, graph);
        const alone = answersOf(ruleOf(never) + helpers, types, graph);
        for (const kind of kinds) {
          // A failing rule that is undecided makes a denied check undecided.
          const mayBeUndecided = outcomeOf(alone[kind]) === 'undecided' && before[kind] === false;
          const outcome = outcomeOf(after[kind]);
          const expected = mayBeUndecided && outcome === 'undecided' ? outcome : outcomeOf(before[kind]);
          expect([kind, never, body, outcome]).toEqual([kind, never, body, expected]);
        }
      }),
      { numRuns: randomCases(500) },
    );
  });

  it('does not depend on the declaration of a field that no rule reads', () => {
    const { unused: _, ...others } = (types['Doc'] as { fields: Record<string, never> }).fields;
    const fewer = { ...types, Doc: { fields: others } };
    fc.assert(
      fc.property(bodies, graphs, (body, graph) => {
        expect(answersOf(ruleOf(body) + helpers, fewer, graph)).toEqual(
          answersOf(ruleOf(body) + helpers, types, graph),
        );
      }),
      { numRuns: randomCases(350) },
    );
  });

  it('does not depend on earlier checks', () => {
    fc.assert(
      fc.property(bodies, fc.array(graphs, { minLength: 2, maxLength: 12 }), (body, all) => {
        for (const kind of kinds) {
          const engine = new EngineUnderTest(kind, ruleOf(body) + helpers, { types });
          for (const graph of all) {
            const fresh = new EngineUnderTest(kind, ruleOf(body) + helpers, { types });
            const answer = engine.canSync(null, 'x', graph);
            expect([kind, body, answer]).toEqual([kind, body, fresh.canSync(null, 'x', graph)]);
          }
        }
      }),
      { numRuns: randomCases(150) },
    );
  });

  it('gives a check and a list the same answer for rows in several fields of the actor', async () => {
    const ends = { local: 'ownerId', foreign: 'id' };
    const listed: TypesInput = {
      User: { key: 'id', fields: { id: 'Integer', one: 'Group', two: 'Team', any: 'Any' } },
      Group: { key: 'id', fields: { id: 'Integer' } },
      Team: { key: 'id', fields: { id: 'Integer' } },
      Note: {
        key: 'id',
        fields: { id: 'Integer', ownerId: 'Integer' },
        relations: { group: one('Group', ends), team: one('Team', ends) },
      },
    };
    const shared = { id: 1 };
    const user = typed('User', { id: 1, one: shared, two: shared, any: shared });
    const note = typed('Note', { id: 1, ownerId: 1, group: { id: 1 }, team: { id: 1 } });
    for (const [condition, isListed] of [
      ['user.one = user.two', false],
      ['not user.one = user.two', true],
      ['user.one = note.team', false],
      ['user.one = note.group', true],
      ['user.two.id > 0 and not user.one matches Team', true],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await Authorizer.load({
        policies: `allow(user: User, "read", ${condition.includes('note') ? 'note' : '_'}: Note) if ${condition};`,
        types: listed,
        onWarning: () => {},
      });
      // oxlint-disable-next-line no-await-in-loop -- as above
      const found = await authorizer.where(user, 'read', 'Note');
      // oxlint-disable-next-line no-await-in-loop -- as above
      const isAllowed = await authorizer.can(user, 'read', note).catch((error: unknown) => {
        if (isPolarError(error)) return error.code;
        throw error;
      });
      expect([condition, found.condition.kind !== 'never', isAllowed]).toEqual([
        condition,
        isListed,
        isListed,
      ]);
    }
  });
});
