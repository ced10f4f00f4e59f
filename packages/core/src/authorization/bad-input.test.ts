import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { Authorizer, isPolarError, type Limits } from '../index.js';

// Policies and checks with random errors. Each loads or throws an error with a code; none hangs, crashes or throws another error.

const policies = [
  `actor User {}
resource Repo {
  roles = ["reader", "writer"];
  permissions = ["read", "push"];
  relations = { parent: Org };
  "read" if "reader";
  "push" if "writer";
  "reader" if "writer";
  "reader" if "member" on "parent";
}
resource Org { roles = ["member"]; }
has_role(user: User, name: String, repo: Repo) if role in user.roles and role.name = name and role.repo = repo;
has_role(user: User, "member", org: Org) if org in user.orgs;
has_relation(org: Org, "parent", repo: Repo) if repo.org = org;
allow(actor, action, resource) if has_permission(actor, action, resource);`,
  `f(1); f(2) if cut; f(x) if x = 3 or (x > 4 and not x = 5);
len([], 0); len([_, *rest], n) if len(rest, m) and n = m + 1;
g(x: {a: y}, y) if forall(z in [1, 2], z < y) and x.a.b != "s";
h(d, k) if d.(k) = v and v in [1, *k] and print(v);
type allow(actor: User, action: String, resource);
allow(u: User, _, _) if u.name matches String and u.find(1).x mod 2 == 1.5e3;
?= f(1);`,
  `allow(a, "read", r) if x := r.x and not (x.y = 1 and forall(q in a.list, q matches {n: x})) or a.b.c.d = r;
i(x, y) if x - 1 * 2 / y rem 3 <= 7 and new User(x, {a: y}) = z and z.name = y;
j([a, b, *c], {d: e, f: [a]}) if c = [e] and b in "text";
allow(u, a, r) if i(u, a) and j(r, u) and "x" in u.("key");`,
];
const queries = [
  'allow(user, "read", repo)',
  'f(x)',
  'len(l, 2)',
  'g({a: 3}, y) and not f(y)',
  'h({a: 1}, k)',
  'j(x, y) or i(1, z)',
];
const fragments = [
  ...'()[]{};:,.*=<>!#"_+-?|&%@ \n\t0123456789',
  ' if ',
  ' and ',
  ' or ',
  ' not ',
  'forall(',
  'cut',
  ':=',
  '==',
  '*r',
  'x',
  'User',
  'Actor',
  '"',
  '\\',
  ' in ',
  ' matches ',
  'debug()',
  'new ',
  'type ',
  'resource ',
  '?= ',
  'é',
  '😀',
  '\u0000',
  '\u00a0',
  '__proto__',
  'constructor',
  '1e999',
  '99999999999999999999',
  'nil',
  'inf',
  'nan',
];

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.integer({ min: 0, max: 12 }),
  insert: fc.oneof(fc.constantFrom(...fragments), fc.constant('')),
});
const mutate = (text: string, edits: readonly Edit[]): string =>
  edits.reduce((t, { at, remove, insert }) => {
    const start = Math.floor(at * t.length);
    return t.slice(0, start) + insert + t.slice(start + remove);
  }, text);

class User {
  roles = [{ name: 'reader', repo: null }];
  orgs = [];
  list = [1, 2];
  name = 'u';
  constructor(readonly id?: unknown) {}
  find(x: unknown): unknown {
    return { x };
  }
}
class Repo {
  org = null;
  x = { y: 2 };
}
class Org {}

const limits: Partial<Limits> = { maxSteps: 3_000, maxDepth: 200, timeoutMs: 1_000 };
const types = { User, Repo, Org };
const quiet = { onWarning: () => {}, print: () => {} };

/** Runs a function, and returns the thrown error if it does not belong to Nanook. */
async function strayError(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return isPolarError(error) && error.code.startsWith('POLAR_') ? undefined : error;
  }
}

async function runAll(policy: string, queries: readonly string[]): Promise<void> {
  const authorizer = await Authorizer.load({ policies: policy, types, limits, ...quiet });
  for (const query of queries) {
    const stray = await strayError(async () => {
      const answers = authorizer.policy.query(query, { acceptExpression: true });
      for (let i = 0; i < 20 && (await answers.next()).done !== true; i++);
      await answers.return();
    });
    if (stray !== undefined) throw stray;
  }
  const user = new User(1);
  const stray = await strayError(() => authorizer.can(user, 'read', new Repo()));
  if (stray !== undefined) throw stray;
}

describe('bad input', () => {
  it('mutates policies that load without errors', async () => {
    for (const policy of policies) await Authorizer.load({ policies: policy, types, limits, ...quiet });
  });

  it(
    '10,000 policies with random errors load or throw a PolarError, and so do their queries',
    { timeout: 240_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...policies),
          fc.array(edit, { minLength: 1, maxLength: 4 }),
          async (policy, edits) => {
            expect(await strayError(() => runAll(mutate(policy, edits), queries))).toBeUndefined();
          },
        ),
        { numRuns: randomCases(10_000), seed: 20261124 },
      );
    },
  );

  it('never causes another error than a PolarError in 3,000 checks', { timeout: 120_000 }, async () => {
    const authorizer = await Authorizer.load({ policies: policies[0]!, types, limits, ...quiet });
    const second = await Authorizer.load({
      policies: 'f(1); f(2); len([], 0); g(x, y) if x = y; h(_, _); i(_, _); j(_, _);',
      limits,
      ...quiet,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...queries),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        async (query, edits) => {
          for (const one of [authorizer, second]) {
            const stray = await strayError(async () => {
              const answers = one.policy.query(mutate(query, edits), { acceptExpression: true });
              for (let i = 0; i < 20 && (await answers.next()).done !== true; i++);
              await answers.return();
            });
            expect(stray).toBeUndefined();
          }
        },
      ),
      { numRuns: randomCases(3_000), seed: 20261124 },
    );
  });
});
