import { expect, it } from 'vitest';
import { sampled } from '../../../../../tools/test-scope.js';
import { compilePolicy } from '../../aot/compile.js';
import { CompiledAuthorizer, type PolicyModule } from '../../aot/compiled.js';
import { Authorizer, isPolarError } from '../../index.js';
import {
  Doc,
  Ledger,
  oddInstances,
  OldDoc,
  OldSecret,
  Private,
  rareValues,
  Secret,
} from '../fixtures/odd-values.fixture.js';
import '../fixtures/final-code.fixture.js';

// Every condition about every odd value, on every engine: one check, checks of a list, and the enumeration of actions.

const types = { Doc, Secret, OldDoc, OldSecret, Private, Ledger };

const conditions = [
  'r.name = "x"',
  'r.name != "x"',
  'not (r.name = "x")',
  'r.name = nil',
  'r.flag',
  'not r.flag',
  'r.owner.name = "x"',
  'r = "x"',
  'r != "x"',
  'r == 1',
  'r = true',
  'r = h.same',
  'not (r = h.same)',
  'r = h.row',
  'r = h.list',
  'r in ["x", 1, true]',
  'r < 2',
  'not (r < 2)',
  'r >= "w"',
  'r + 1 = 2',
  'r.name + 1 = 2',
  'r matches Doc and not r matches Secret',
  'r matches Dictionary',
  'r matches List',
  'r matches String',
  'r matches Integer',
  'r matches {name: "x"}',
  'not (r matches {name: "x"})',
  'r matches Doc{name: "x"}',
  '"x" in r',
  'not ("x" in r)',
  'x in r and x = 1',
  'x in r and x = x and not (1 in r)',
  'forall(x in r, x != "z")',
  'pair in r and pair = h.pair',
  'r.same() = "x"',
  'r.get("name") = "x"',
  'r.has("x")',
  'r.getTime() = 0',
  'r.size = 1',
  'r.length = 2',
  'f(r)',
  'not f(r)',
  'g(r, "x")',
];
const policy = `
  ${conditions.map((condition, i) => `allow(h, "${i}", r) if h = h and r = r and ${condition};`).join('\n  ')}
  allow(_, "head", _: Doc);
  allow(_, "pattern", _: Private{name: "x"});
  allow(_, "pattern", _: {name: "x"});
  allow(_, "literal", "x");
  allow(_, "literal", 1);
  f(_: Doc{name: "x"});
  f(_: OldDoc);
  f(true);
  g(r: Doc, name) if r.name = name;
  g(_: List, _);
  g("x", "x");
`;
const actions = [...conditions.keys()].map(String).concat('head', 'pattern', 'literal', 'none');

/** The values that the conditions compare with. */
const holderOf = (same: unknown) => ({ same, row: { name: 'x' }, list: ['x', 1], pair: ['x', 1] });

interface Decides {
  canSync(actor: unknown, action: string, resource: unknown): boolean;
  can(actor: unknown, action: string, resource: unknown): Promise<boolean>;
}

const outcomeOf = async (run: () => unknown): Promise<unknown> => {
  try {
    return await run();
  } catch (error) {
    if (!isPolarError(error)) return `not ours: ${String(error)}`;
    const { cause } = error;
    return cause instanceof Error ? `${error.code}, cause: ${cause.message}` : error.code;
  }
};

const authorizers = new Map<string, Authorizer>();
let precompiled: CompiledAuthorizer | undefined;

async function engines(): Promise<Map<string, Decides>> {
  const options = { policies: policy, types, onWarning: () => {} };
  for (const engine of ['machine', 'source', 'closures'] as const)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    if (!authorizers.has(engine)) authorizers.set(engine, await Authorizer.load({ ...options, engine }));
  if (precompiled === undefined) {
    const module = { exports: undefined as unknown as PolicyModule };
    const text = await compilePolicy({ ...options, format: 'cjs' });
    // oxlint-disable-next-line typescript/no-implied-eval -- the test is about the text
    (new Function('module', text) as (target: object) => void)(module);
    precompiled = CompiledAuthorizer.load(module.exports, { types });
  }
  return new Map<string, Decides>([...authorizers, ['ahead of time', precompiled]]);
}

/**
 * Ahead-of-time code refuses a boxed value, which equals a literal without being one. It reads an iterator to its end, so that it meets an
 * error after the element that decides.
 */
const isStricter = (engine: string, name: string, outcome: unknown): boolean =>
  engine === 'ahead of time' &&
  ((name.startsWith('a boxed') && outcome === 'POLAR_RUN_TYPES_NOT_COMPILED') ||
    (name === 'a generator that fails' && outcome === 'POLAR_RUN_HOST_ERROR, cause: generator'));

const values = { ...oddInstances, ...rareValues };

it.each(sampled(Object.entries(values), 3))(
  'every engine answers alike about %s',
  { timeout: 60_000 },
  async (name, make) => {
    const wrong: string[] = [];
    const [[, machine], ...others] = [...(await engines())] as [[string, Decides], ...[string, Decides][]];
    for (const action of actions)
      for (const how of ['canSync', 'can'] as const) {
        const ask = (engine: Decides) =>
          outcomeOf(() => {
            const value = make();
            return engine[how](holderOf(value), action, value);
          });
        // oxlint-disable-next-line no-await-in-loop -- later checks use the code of earlier ones
        const expected = await ask(machine);
        if (String(expected).startsWith('not ours')) wrong.push(`machine, ${action}: ${String(expected)}`);
        for (const [engine, decider] of others)
          for (const round of [1, 2]) {
            // oxlint-disable-next-line no-await-in-loop -- as above
            const given = await ask(decider);
            if (isStricter(engine, name, given)) continue;
            if (given !== expected)
              wrong.push(
                `${engine}, ${how}, ${conditions[Number(action)] ?? action}, round ${round}: ${String(given)} | machine: ${String(expected)}`,
              );
          }
      }
    expect(wrong).toEqual([]);
  },
);

it(
  'every engine answers alike about lists of odd values, and about the actions on each',
  { timeout: 60_000 },
  async () => {
    await engines();
    const all = sampled(Object.values(values), 3);
    const found = new Map<string, unknown>();
    for (const [engine, authorizer] of authorizers) {
      const holder = holderOf(null);
      const outcomes: unknown[] = [];
      for (const action of actions) {
        const resources = all.map((make) => make());
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        outcomes.push(await outcomeOf(() => authorizer.canAll(holder, action, resources)));
        const kept = await outcomeOf(() => authorizer.filter(holder, action, resources));
        outcomes.push(Array.isArray(kept) ? kept.map((value) => resources.indexOf(value)) : kept);
      }
      for (const make of all) {
        // oxlint-disable-next-line no-await-in-loop -- as above
        const allowed = await outcomeOf(() => authorizer.actions(holder, make()));
        outcomes.push(allowed instanceof Set ? [...(allowed as Set<string>)].sort() : allowed);
      }
      const everything = await outcomeOf(() =>
        authorizer.actionsAll(
          holder,
          all.map((make) => make()),
        ),
      );
      outcomes.push(
        Array.isArray(everything) ? everything.map((set) => [...(set as Set<string>)].sort()) : everything,
      );
      found.set(
        engine,
        outcomes.map((outcome) => JSON.stringify(outcome)),
      );
    }
    for (const engine of ['source', 'closures']) expect(found.get(engine)).toEqual(found.get('machine'));
  },
);
