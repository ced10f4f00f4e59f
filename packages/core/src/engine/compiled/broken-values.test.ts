import { expect, it } from 'vitest';
import { compilePolicy } from '../../aot/compile.js';
import { CompiledAuthorizer, type PolicyModule } from '../../aot/compiled.js';
import { Authorizer, isPolarError } from '../../index.js';
import { brokenValues, Doc, Secret } from '../fixtures/odd-values.fixture.js';
import '../fixtures/final-code.fixture.js';

// An error that the application throws while a value is read ends the check on every engine with a PolarError: with a code, the position
// in the policy, and the thrown value as its cause.

const types = { Doc, Secret };

const conditions = [
  'r.name = "x"',
  'not (r.name = "x")',
  'r.name',
  'r.name.name = "x"',
  'r = "x"',
  'r != 1',
  'r == holder.row',
  'r = r and r.name != nil',
  'r < 1',
  'r + 1 = 2',
  'r matches Doc',
  'not (r matches Secret)',
  'r matches String',
  'r matches {name: "x"}',
  'r matches Doc{name: "x"}',
  '"x" in r',
  'not ("x" in r)',
  'forall(x in r, x != "z")',
  'x in r and x = "x"',
  'x in [r] and x.name = "x"',
  'r.same() = "x"',
  'r.get("name") = "x"',
  'f(r)',
  'g(r, "x")',
  'r.length = 1',
  'r.size = 1',
  'holder.item = r',
  'holder.item = "x"',
  'holder.item.name = "x"',
  'holder.list = holder.others',
  'x in holder.list and x.name = "x"',
  'holder.take(r) = "x"',
];
const policy = `
  ${conditions.map((condition, i) => `allow(holder, "${i}", r) if holder = holder and r = r and ${condition};`).join('\n  ')}
  allow(_, "head", _: Doc);
  allow(_, "pattern", _: Doc{name: "x"});
  allow(_, "pattern", _: {name: "y"});
  allow(_, "literal", "x");
  f(_: Doc{name: "x"});
  f(_: Secret);
  g(r, name) if r.name = name;
  g(_: {name: "x"}, "y");
`;
const actions = [...conditions.keys()].map(String).concat('head', 'pattern', 'literal', 'none');

class Holder {
  constructor(readonly item: unknown) {}
  get list(): unknown[] {
    return [this.item, 1];
  }
  get others(): unknown[] {
    return [this.item, 2];
  }
  readonly row = { name: 'x' };
  take(item: unknown): unknown {
    return item === this.item ? 'x' : 'y';
  }
}

type Ask = (action: string, resource: unknown) => boolean | string;

const outcomeOf = (run: () => boolean): boolean | string => {
  try {
    return run();
  } catch (error) {
    if (!isPolarError(error)) return `not ours: ${String(error)}`;
    const { cause, line, column } = error;
    return `${error.code} at ${line}:${column}, cause: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
};

async function engines(): Promise<[string, Ask][]> {
  const options = { policies: policy, types: { ...types, Holder }, onWarning: () => {} };
  const found: [string, Ask][] = [];
  for (const engine of ['machine', 'source', 'closures'] as const) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const authorizer = await Authorizer.load({ ...options, engine });
    found.push([engine, (action, r) => outcomeOf(() => authorizer.canSync(new Holder(r), action, r))]);
  }
  const module = { exports: undefined as unknown as PolicyModule };
  const text = await compilePolicy({ ...options, format: 'cjs' });
  // oxlint-disable-next-line typescript/no-implied-eval -- the test is about the text
  (new Function('module', text) as (target: object) => void)(module);
  const precompiled = CompiledAuthorizer.load(module.exports, { types: options.types });
  found.push(['aot', (action, r) => outcomeOf(() => precompiled.canSync(new Holder(r), action, r))]);
  return found;
}

/** Removes the position: ahead-of-time code has none for an error outside of calls and attributes. */
const placed = (engine: string, outcome: boolean | string): boolean | string =>
  engine === 'aot' && typeof outcome === 'string' ? outcome.replace(/ at [\w:]+/, '') : outcome;

it.each(Object.entries(brokenValues))(
  '%s ends a check alike on every engine',
  { timeout: 60_000 },
  async (name, make) => {
    const [machine, ...others] = await engines();
    const wrong: string[] = [];
    for (const action of actions) {
      const what = conditions[Number(action)] ?? action;
      const expected = machine![1](action, make());
      if (typeof expected === 'string') {
        if (expected.startsWith('not ours') || expected.includes('at undefined'))
          wrong.push(`machine, ${what}: ${expected}`);
        if (expected.startsWith('POLAR_RUN_HOST_ERROR') && expected.endsWith('cause: undefined'))
          wrong.push(`machine, ${what}: ${expected}`);
      }
      for (const [engine, ask] of others) {
        // Ahead-of-time code reads `name` of a function before it refuses the function.
        if (engine === 'aot' && name === 'a function whose name fails') continue;
        for (const round of [1, 2]) {
          const given = ask(action, make());
          if (placed(engine, given) !== placed(engine, expected))
            wrong.push(`${engine}, ${what}, round ${round}: ${given} | machine: ${expected}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  },
);
