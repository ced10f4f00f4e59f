import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomSeed, randomTimeout } from '../../../../../tools/test-scope.js';
import { Authorizer } from '../../index.js';
import { isPolarError } from '../../diagnostics/polar-error.js';
import { isPolicyError } from '../../diagnostics/policy-error.js';
import { typed } from '../../types/typed.js';
import '../fixtures/final-code.fixture.js';

// `actions` and `fields` of the compiled engines, compared with those of the machine.

class User {
  [name: string]: unknown;
  static calls = 0;
  constructor(fields: Readonly<Record<string, unknown>>) {
    Object.assign(this, fields);
  }
  can(action: unknown): unknown {
    User.calls++;
    if (this.fails === action) throw new TypeError('fails');
    return action === this.may;
  }
  async later(action: unknown): Promise<boolean> {
    User.calls++;
    await Promise.resolve();
    return action === this.may;
  }
}
class Repo {
  [name: string]: unknown;
  constructor(fields: Readonly<Record<string, unknown>>) {
    Object.assign(this, fields);
  }
}
class Fork extends Repo {}
const types = { User, Repo, Fork, Row: {} };

type Found = readonly unknown[] | string;

const isOverLimit = (result: Found): boolean =>
  result === 'POLAR_RUN_STEP_LIMIT' || result === 'POLAR_RUN_DEPTH_LIMIT';

async function found(enumerate: () => Promise<Set<unknown>>): Promise<{ result: Found; calls: number }> {
  User.calls = 0;
  try {
    const values = await enumerate();
    return { result: [...values].map(String).sort(), calls: User.calls };
  } catch (error) {
    if (!isPolarError(error)) throw error;
    return { result: error.code, calls: User.calls };
  }
}

const engines = ['source', 'closures'] as const;
const load = (policies: string, engine: 'machine' | (typeof engines)[number]) =>
  Authorizer.load({ policies, types, engine, onWarning: () => {}, denialWarnings: false });

function data(): { readonly actors: readonly unknown[]; readonly resources: readonly unknown[] } {
  const repo = new Repo({ name: 'r', open: true });
  const fork = new Fork({ name: 'f', open: false, list: ['x', 'z'] });
  const row = typed('Row', { name: 'row', open: null, list: ['y'] });
  const actors = [
    new User({ name: 'u', roles: [{ name: 'viewer', on: repo }], may: 'x' }),
    new User({
      name: 'v',
      roles: [
        { name: 'owner', on: fork },
        { name: 'x', on: row },
      ],
      may: 'y',
      fails: 'z',
    }),
    new User({ roles: null }),
    null,
  ];
  repo.owner = actors[0];
  fork.owner = Promise.resolve(actors[1]);
  return { actors, resources: [repo, fork, row, {}, 'text', Repo] };
}

async function compare(policy: string): Promise<readonly Found[]> {
  const results: Found[] = [];
  const machine = await load(policy, 'machine').catch((error: unknown) => {
    if (isPolicyError(error)) return undefined;
    throw error;
  });
  if (machine === undefined) return results;
  for (const engine of engines) {
    // oxlint-disable-next-line no-await-in-loop -- calls are counted query by query
    const compiled = await load(policy, engine);
    const { actors, resources } = data();
    for (const actor of actors)
      for (const resource of resources)
        for (const allowWildcard of [false, true]) {
          const actions = (authorizer: Authorizer) =>
            found(() => authorizer.actions(actor, resource, { allowWildcard }));
          const fields = (authorizer: Authorizer) =>
            found(() => authorizer.fields(actor, 'x', resource, { allowWildcard }));
          for (const enumerate of [actions, fields]) {
            // oxlint-disable-next-line no-await-in-loop -- as above
            const expected = await enumerate(machine);
            // oxlint-disable-next-line no-await-in-loop -- as above
            const given = await enumerate(compiled);
            // Compiled code can finish a query that reaches a limit on the machine.
            if (isOverLimit(expected.result)) continue;
            expect([policy, engine, given.result]).toEqual([policy, engine, expected.result]);
            expect(given.calls).toBeLessThanOrEqual(expected.calls);
            results.push(expected.result);
          }
        }
  }
  return results;
}

const action = fc.constantFrom('"x"', '"y"', '"z"', '1', 'true', '_', 'action', 'action');
const actor = fc.constantFrom('a', 'a: User', 'a: Actor');
const resource = fc.constantFrom('r', 'r: Repo', 'r: Fork', 'r: Row', 'r: Resource');
const goal = fc.oneof(
  {
    arbitrary: fc.constantFrom(
      'r.open',
      'r.owner = a',
      'a.name = "u"',
      'g in a.roles and g.on = r and g.name = "viewer"',
      'not r.open',
      'p(a, "x", r)',
      'r.name = "f"',
    ),
    weight: 4,
  },
  {
    arbitrary: fc.constantFrom(
      'action = "x"',
      '"y" = action',
      'action in ["x", "z"]',
      'p(a, action, r)',
      'q(r, action)',
      'q(a, action)',
      'action in r.list',
      'action = r.name',
      'action != "x"',
      'not action = "y"',
      '(action = "x" or r.open)',
      'g in a.roles and g.name = action and g.on = r',
      'action matches String',
      'a.can(action)',
      'a.later(action)',
      'cut',
    ),
    weight: 4,
  },
);
/** Marks variables that occur once, because a policy with one is rejected. */
const withoutSingletons = (text: string): string =>
  text.replaceAll(/\b(?:a|r|action)\b/g, (name) =>
    text.split(new RegExp(`\\b${name}\\b`)).length === 2 ? `_${name}` : name,
  );
const rule = fc
  .tuple(
    fc.constantFrom('allow', 'allow', 'allow', 'p', 'p', 'q', 'allow_field'),
    actor,
    action,
    resource,
    fc.array(goal, { maxLength: 3 }),
  )
  .map(([name, a, x, r, goals]) => {
    const head = { allow: [a, x, r], p: [a, x, r], q: [r, x], allow_field: [a, '"x"', r, x] }[name]!;
    return withoutSingletons(
      `${name}(${head.join(', ')})${goals.length === 0 ? '' : ` if ${goals.join(' and ')}`};`,
    );
  });
const closed = [
  'p(_, _, _) if false;',
  'q(_, _) if false;',
  'allow_field(_, _, _, _) if false;',
  'allow(_, _, _) if false;',
];
const policy = fc
  .array(rule, { minLength: 1, maxLength: 6 })
  .map((rules) => ['actor User {} resource Repo {}', ...rules, ...closed].join('\n'));

const seed = randomSeed(5);

describe('an enumeration of actions and fields', () => {
  it('returns the result of the machine', { timeout: randomTimeout(60_000) }, async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(policy, async (text) => {
        for (const result of await compare(text)) {
          const kind = typeof result === 'string' ? result : String(result.length);
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        }
      }),
      { numRuns: randomCases(160), seed },
    );
    if (!hasManyCases) return;
    for (const kind of ['0', '1', '2', 'POLAR_RUN_WILDCARD', 'POLAR_RUN_UNEXPECTED_CONSTRAINT'])
      expect([kind, seen.get(kind)]).toEqual([kind, expect.any(Number)]);
  });

  const blocks = `
    actor User {}
    resource Repo {
      permissions = ["read", "write", "delete"]; roles = ["viewer", "owner"];
      "read" if "viewer"; "write" if "owner"; "delete" if "owner"; "viewer" if "owner";
    }
    has_role(user: User, name: String, repo: Repo) if grant in user.roles and grant.name = name and grant.on = repo;
    allow(actor, action, resource) if has_permission(actor, action, resource);
  `;

  it('finds the permissions of roles, also of subclasses', async () => {
    const results = await compare(blocks);
    expect(results).toContainEqual(['delete', 'read', 'write']);
  });

  it('does not use the machine for permissions of roles', async () => {
    for (const engine of engines) {
      const authorizer = await load(blocks, engine);
      const { actors, resources } = data();
      const { decider } = authorizer as unknown as { decider: { queries: { queryRule: () => never } } };
      decider.queries.queryRule = () => {
        throw new Error('the machine ran');
      };
      expect([...(await authorizer.actions(actors[0], resources[0]))]).toEqual(['read']);
    }
  });

  it('ignores undecided actions, and finds the others', async () => {
    const results = await compare('allow(a: User, "x", r) if r.missing and a = a; allow(_, "y", _);');
    expect(results).toContainEqual(['y']);
  });
});
