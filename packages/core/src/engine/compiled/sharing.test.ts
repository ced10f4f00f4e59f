import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Authorizer, typed, type AuthorizerOptions, type Decision, type TypesInput } from '../../index.js';
import { compilePolicy } from '../../aot/compile.js';
import { CompiledAuthorizer } from '../../aot/compiled-authorizer.js';
import { isObject } from '../../internal/is-object.js';
import { OwnConstant } from '../backends/source/emitted-code.js';
import { emitFunction } from '../backends/source/function-emitter.js';
import { ownPlan, Renaming } from '../compiler/shared-plan.js';
import { Proof } from '../proof.js';
import type { PolicyModule } from '../backends/module/policy-module.js';
import { randomCases } from '../../../../../tools/test-scope.js';
import { outcomeOf } from '../fixtures/all-engines.fixture.js';
import { EngineUnderTest, placesIn } from '../fixtures/engines.fixture.js';

// Types of one shape share plans, and a reload keeps those of rules that did not change. The machine, which has no plans, gives the
// expected answers.

// Each function has its final code from the second call on.
vi.mock('../compiler/thresholds.js', async (original) => ({ ...(await original<object>()), hotCalls: 1 }));
const plans = vi.hoisted(() => ({ count: 0 }));
const ownCodes = vi.hoisted(() => ({ count: 0 }));
vi.mock('../compiler/partial-evaluator/partial-evaluator.js', async (original) => {
  const { partiallyEvaluate } =
    await original<typeof import('../compiler/partial-evaluator/partial-evaluator.js')>();
  return {
    partiallyEvaluate: (...args: Parameters<typeof partiallyEvaluate>) => {
      plans.count++;
      return partiallyEvaluate(...args);
    },
  };
});

// Shared code is the code that would have been printed for the function itself.
vi.mock('../backends/source/shared-code.js', async (original) => {
  const { SharedCode, emitOwnFunction } =
    await original<typeof import('../backends/source/shared-code.js')>();
  class CheckedCode extends SharedCode {
    override of(...given: Parameters<InstanceType<typeof SharedCode>['of']>) {
      const [shared, linker, printing] = given;
      const code = super.of(...given);
      const fn = shared.renaming.of(shared.owner);
      const own = emitFunction(fn, ownPlan(shared), linker, { ...printing, isShared: true });
      const constants = own.constants.map((constant) => OwnConstant.valueOf(constant, Renaming.none));
      const isSame = (value: unknown, i: number): boolean => {
        const other = code.constants[i];
        return value === other || (isPlain(value) && isDeepStrictEqual(partsOf(value), partsOf(other)));
      };
      if (own.text !== code.text || !constants.every(isSame))
        throw new Error(`shared code differs from own code:\n${code.text}\n${own.text}`);
      return code;
    }
  }
  return {
    emitOwnFunction: (...args: Parameters<typeof emitOwnFunction>) => {
      ownCodes.count++;
      return emitOwnFunction(...args);
    },
    SharedCode: CheckedCode,
  };
});
/** Returns the parts of a place that reads attributes without that which it has learned. */
const partsOf = (value: unknown): unknown =>
  isObject(value) && 'seen' in value ? { ...value, seen: undefined, learn: undefined } : value;
/** Checks for a constant that is made anew for each text. Types, functions and proofs exist once. */
const isPlain = (value: unknown): boolean =>
  Array.isArray(value) ||
  value instanceof Map ||
  value instanceof Set ||
  (value instanceof Proof && value.rules.length > 0) ||
  (isObject(value) && 'kind' in value && String(value.kind).endsWith('-site'));

class User {
  grants: { role: string; on: unknown }[] = [];
}
class Base {
  [name: string]: unknown;
}
class T0 extends Base {}
class T1 extends Base {}
class T2 extends Base {}
class T3 extends Base {}
class T4 extends T0 {}
const classes = [T0, T1, T2, T3, T4];
const names = classes.map(({ name }) => name);

/** The differences of a type from the others. */
interface Variant {
  readonly block: string;
  readonly rules: readonly string[];
  readonly parent: number;
}

const blocks = [
  '"read" if "viewer"; "edit" if "owner"; "viewer" if "owner";',
  '"read" if "viewer"; "edit" if "owner"; "viewer" if "owner"; "owner" if "owner" on "parent";',
  '"edit" if "owner"; "read" if "viewer"; "viewer" if "owner"; "read" if "edit" on "parent";',
  '"read" if "viewer"; "edit" if "viewer"; "viewer" if "owner";',
] as const;
const rules = [
  'has_role(_: User, "viewer", r: #) if r.isPublic;',
  'has_role(_: User, "viewer", r: #) if r.level = 1;',
  'has_role(_: User, "viewer", r: #) if r.level = 2;',
  'has_role(_: User, "viewer", r: #) if not r.isPublic;',
  'has_role(u: User, "owner", r: #) if u = r.owner;',
  'has_role(u: User, "owner", r: #) if r.owner = u and r.level > 1;',
  'has_role(_: User, "owner", _: #{level: 2, isPublic: true});',
  'has_permission(_: User, "read", r: #) if r.parent matches T1 and r.parent.isPublic;',
  'has_permission(_: User, "read", r: #) if r.parent matches # and r.parent.isPublic;',
  'has_permission(u: User, "read", r: #) if check(u, r.parent);',
  'has_permission(u: User, "read", r: #) if check(u, r);',
  'check(_: User, r: #) if r.level = 2;',
  'check(_: User, r: #) if r.isPublic and cut;',
  'has_permission(_: User, "read", r: #) if forall(x in r.items, x = 1);',
  'has_permission(_: User, "read", r: #) if r.parent = T1;',
  'has_permission(_: User, "read", r: #) if r.parent = #;',
  'has_permission(_: User, "read", _: #{parent: x, owner: x});',
] as const;
/** Rules that are not about one of the types. */
const common = [
  'check(_: User, r) if r matches T0 and r.level = 1;',
  'check(_: User, r: Base) if r.level = 3;',
  'has_permission(_: User, "read", r: Resource) if r matches T2;',
  'has_role(u: User, "viewer", r: Resource) if r.owner = u;',
] as const;

const variant: fc.Arbitrary<Variant> = fc.record({
  block: fc.constantFrom(blocks[0], blocks[0], blocks[1], blocks[1], blocks[2], blocks[3]),
  rules: fc.subarray([...rules], { maxLength: 3 }),
  parent: fc.nat(names.length - 1),
});
/** Most types are like the first, with other names. */
const variants: fc.Arbitrary<readonly Variant[]> = fc
  .tuple(variant, fc.array(fc.option(variant, { freq: 2 }), { minLength: 5, maxLength: 5 }))
  .map(([first, others]) => others.map((other) => other ?? first));
const policy = fc
  .tuple(variants, fc.subarray([...common]), fc.boolean())
  .map(([chosen, general, isReversed]) => {
    const parts = chosen.map(({ block, rules: own, parent }, i) =>
      [
        `resource # { permissions = ["read", "edit"]; roles = ["viewer", "owner"]; relations = { parent: ${names[parent]!} }; ${block} }`,
        `has_relation(parent: ${names[parent]!}, "parent", r: #) if parent = r.parent;`,
        'has_role(u: User, name: String, r: #) if g in u.grants and g.role = name and g.on = r;',
        ...own,
      ]
        .join('\n')
        .replaceAll('#', names[i]!),
    );
    if (isReversed) parts.reverse();
    return [
      'actor User {}',
      ...parts,
      ...general,
      'check(_: User, nil);',
      'allow(actor, action, resource) if has_permission(actor, action, resource);',
    ].join('\n');
  });

const fields = { level: 'Integer', isPublic: 'Boolean', owner: 'User', parent: 'Base', items: ['Integer'] };
const declarations: Readonly<Record<string, TypesInput>> = {
  classes: { User, Base, T0, T1, T2, T3, T4 },
  'classes, one with fields': { User, Base, T0, T1, T2: { class: T2, fields }, T3, T4 },
  'classes with fields': {
    User,
    Base,
    ...Object.fromEntries(
      classes.map((type, i) => [
        type.name,
        { class: type, fields: { ...fields, parent: names[(i + 1) % 5]! } },
      ]),
    ),
  },
  rows: { User, Base: {}, T0: {}, T1: {}, T2: {}, T3: { key: 'id' }, T4: {} },
  'rows with fields': {
    User,
    Base: {},
    ...Object.fromEntries(
      names.map((name, i) => [
        name,
        { key: 'id', fields: { ...fields, id: 'String', parent: names[(i + 1) % 5]! } },
      ]),
    ),
  },
};

const actions = ['read', 'edit', 'share'];

/** Creates users, and objects of all types, with a fixed variety of attributes. */
function worldOf(isRow: boolean) {
  const users = [new User(), new User(), new User()];
  const objects = classes.flatMap((type, t) =>
    [0, 1, 2].map((i) => {
      const data = {
        id: `${t} ${i}`,
        level: (t + i) % 4,
        isPublic: i === 1,
        owner: users[(t * 2 + i) % 3],
        items: i === 2 ? [1, 2] : [1],
      };
      return (isRow ? typed(type.name, data) : Object.assign(new type(), data)) as Record<string, unknown>;
    }),
  );
  for (const [i, object] of objects.entries())
    object['parent'] = i % 5 === 4 ? null : objects[(i * 7 + 2) % objects.length];
  users[0]!.grants = objects.filter((_, i) => i % 4 === 0).map((on) => ({ role: 'viewer', on }));
  users[1]!.grants = objects.filter((_, i) => i % 5 === 1).map((on) => ({ role: 'owner', on }));
  return { users, objects };
}

/** Returns the answers to all checks. */
function answersOf(
  authorizer: { canSync(actor: unknown, action: string, resource: unknown): boolean },
  isRow: boolean,
): (readonly unknown[])[] {
  const { users, objects } = worldOf(isRow);
  return users.flatMap((user, u) =>
    objects.flatMap((object, o) =>
      actions.map((action) => {
        const once = () => outcomeOf(() => authorizer.canSync(user, action, object));
        return [u, action, o, once(), once()];
      }),
    ),
  );
}

const load = (policies: string, types: TypesInput, options: Partial<AuthorizerOptions>) =>
  Authorizer.load({ policies, types, onWarning: () => {}, denialWarnings: false, ...options });

/** The decisions that allow an action, in the order of the checks. */
function recording() {
  const allowed: Decision[] = [];
  const onDecision: AuthorizerOptions['onDecision'] = (decision) => {
    if (decision.outcome === 'allowed') allowed.push(decision);
  };
  return { allowed, onDecision };
}

describe.each(Object.entries(declarations))('%s', (declared, types) => {
  const isRow = declared.startsWith('rows');

  it('get the answers of the machine, also after any reload', async () => {
    const seen = { allowed: 0, denied: 0 };
    await fc.assert(
      fc.asyncProperty(policy, policy, async (first, second) => {
        const machine = await load(first, types, { engine: 'machine' });
        const given = recording();
        const engines = [
          await load(first, types, { engine: 'source' }),
          await load(first, types, { engine: 'closures' }),
          await load(first, types, { engine: 'source', onDecision: given.onDecision }),
        ];
        for (const next of [first, second, first]) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          for (const each of [machine, ...engines]) await each.reload(next);
          const wanted = answersOf(machine, isRow);
          for (const answer of wanted) seen[answer[3] === true ? 'allowed' : 'denied']++;
          given.allowed.length = 0;
          for (const each of engines) expect(answersOf(each, isRow)).toEqual(wanted);
          expect(given.allowed).toHaveLength(wanted.filter((answer) => answer[3] === true).length * 2);
          const proofs = new EngineUnderTest('machine', next, { types });
          for (const { actor, action, resource, proof } of given.allowed)
            // oxlint-disable-next-line no-await-in-loop -- as above
            expect(await proofs.allProofs([actor, action, resource])).toContain(placesIn(proof));
        }
      }),
      { numRuns: randomCases(6), seed: 3, endOnFailure: true },
    );
    expect(seen.allowed).toBeGreaterThan(randomCases(300));
    expect(seen.denied).toBeGreaterThan(randomCases(300));
  });

  it('get the answers of the machine from a module', async () => {
    await fc.assert(
      fc.asyncProperty(policy, async (policies) => {
        const machine = await load(policies, types, { engine: 'machine' });
        const text = await compilePolicy({ policies, types, onWarning: () => {}, format: 'cjs' });
        const module = { exports: undefined as unknown as PolicyModule };
        // oxlint-disable-next-line typescript/no-implied-eval -- the test is about the text
        (new Function('module', text) as (target: object) => void)(module);
        const compiled = CompiledAuthorizer.load(module.exports, { types });
        expect(answersOf(compiled, isRow)).toEqual(answersOf(machine, isRow));
      }),
      { numRuns: randomCases(4), seed: 4, endOnFailure: true },
    );
  });
});

// ── the number of plans ──

const alike = (name: string) => `
  resource ${name} { permissions = ["read", "edit"]; roles = ["viewer", "owner"];
    "read" if "viewer"; "edit" if "owner"; "viewer" if "owner"; }
  has_role(u: User, name: String, r: ${name}) if g in u.grants and g.role = name and g.on = r;`;
const start = 'actor User {} allow(actor, action, resource) if has_permission(actor, action, resource);\n';

/** Counts the plans that the checks of all types need. */
function countPlans(authorizer: Authorizer, isRow = false): number {
  plans.count = 0;
  answersOf(authorizer, isRow);
  return plans.count;
}

describe('types of one shape', () => {
  it.each(['source', 'closures'] as const)('are planned once: %s', async (engine) => {
    const types = declarations['classes']!;
    const one = await load(start + alike('T0'), types, { engine });
    const all = await load(start + ['T0', 'T1', 'T2', 'T3'].map(alike).join(''), types, { engine });
    expect(countPlans(all)).toBeLessThanOrEqual(countPlans(one));
  });

  it('need no further plans if the objects are rows', async () => {
    const types = declarations['rows with fields']!;
    const one = await load(start + alike('T0'), types, { engine: 'source' });
    const all = await load(start + ['T0', 'T1', 'T2', 'T4'].map(alike).join(''), types, { engine: 'source' });
    expect(countPlans(all, true)).toBeLessThanOrEqual(countPlans(one, true));
  });

  it('share code if more than two functions have one plan', async () => {
    const countOwnCodes = async (names: string[]) => {
      const policy = start + names.map(alike).join('');
      const authorizer = await load(policy, declarations['classes']!, { engine: 'source' });
      ownCodes.count = 0;
      answersOf(authorizer, false);
      return ownCodes.count;
    };
    const [one, two, four] = [
      await countOwnCodes(['T0']),
      await countOwnCodes(['T0', 'T1']),
      await countOwnCodes(['T0', 'T1', 'T2', 'T3']),
    ];
    expect(two).toBeGreaterThan(one);
    expect(four).toBeLessThanOrEqual(two);
  });

  it.each(['source', 'closures', 'machine'] as const)(
    'do not share a plan that compares with one of the types itself: %s',
    async (engine) => {
      const authorizer = await load(
        `allow(_: User, "read", r: T0) if r.parent = T0;
         allow(_: User, "read", r: T1) if r.parent = T0;`,
        declarations['classes']!,
        { engine },
      );
      const isAllowed = (row: Base, parent: unknown) =>
        authorizer.canSync(new User(), 'read', Object.assign(row, { parent }));
      expect([T0, T1].map((parent) => isAllowed(new T0(), parent))).toEqual([true, false]);
      expect([T0, T1].map((parent) => isAllowed(new T1(), parent))).toEqual([true, false]);
    },
  );

  it('need few plans when a policy is compiled ahead of time', async () => {
    const types = declarations['classes']!;
    const count = async (policies: string) => {
      plans.count = 0;
      await compilePolicy({ policies, types });
      return plans.count;
    };
    const [one, all] = [
      await count(start + alike('T0')),
      await count(start + ['T0', 'T1', 'T2', 'T3'].map(alike).join('')),
    ];
    expect(all).toBeLessThan(2 * one);
  });

  it('need further plans only where one of them has another rule', async () => {
    const types = declarations['classes']!;
    const policies = start + ['T0', 'T1', 'T2', 'T3'].map(alike).join('');
    const one = await load(policies, types, { engine: 'source' });
    const more = `${policies}\nhas_role(_: User, "viewer", r: T3) if r.isPublic;`;
    const all = await load(more, types, { engine: 'source' });
    const [before, after] = [countPlans(one), countPlans(all)];
    expect(after).toBeGreaterThan(before);
    expect(after).toBeLessThan(2 * before);
  });
});

describe('a reload', () => {
  const types = declarations['classes']!;
  const policies = start + ['T0', 'T1', 'T2', 'T3'].map(alike).join('');

  it.each(['source', 'closures'] as const)('plans nothing for a comment: %s', async (engine) => {
    const authorizer = await load(policies, types, { engine });
    countPlans(authorizer);
    await authorizer.reload(`# Another line.\n${policies}`);
    expect(countPlans(authorizer)).toBe(0);
  });

  it('plans nothing if no check was made since the reload before', async () => {
    const authorizer = await load(policies, types, { engine: 'source' });
    countPlans(authorizer);
    await authorizer.reload(`# A line.\n${policies}`);
    await authorizer.reload(`# Another line.\n${policies}`);
    expect(countPlans(authorizer)).toBe(0);
  });

  it('plans only what depends on a rule that was added', async () => {
    const authorizer = await load(policies, types, { engine: 'source' });
    const all = countPlans(authorizer);
    const more = `${policies}\nhas_role(_: User, "viewer", r: T3) if r.isPublic;`;
    await authorizer.reload(more);
    const again = countPlans(authorizer);
    expect(again).toBeGreaterThan(0);
    expect(again).toBeLessThan(all);
    await authorizer.reload(policies);
    expect(countPlans(authorizer)).toBe(0);
  });
});
