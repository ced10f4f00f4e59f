import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { createParts } from '../authorization/authorizer-parts.js';
import { loadPolicy } from '../authorization/loaded-policy.js';
import { textReader } from '../policy/policy-source.js';
import { QueryRun } from '../engine/query/query-run.js';
import { defaultLimits } from '../engine/limits.js';
import { Doc, PolicyGenerator, randomFrom, User } from '../explanation/random-policies.fixture.js';
import type { Attempt } from '../explanation/trace.js';
import { TracingMachine } from '../explanation/tracing-machine.js';
import { Authorizer } from '../index.js';
import { mergeCoverage, PolicyCoverage, type CoverageData, type CoveredPlace } from '../testing/index.js';
import { RulePlaces } from './rule-places.js';

const textsOf = (places: readonly CoveredPlace[], source: string): readonly string[] =>
  places.map(({ start, end, held, failed }) => `${source.slice(start, end)} ${held}/${failed}`).sort();

async function covered(source: string, query: string, answers = 1): Promise<CoverageData> {
  const coverage = new PolicyCoverage();
  const authorizer = await Authorizer.load({ policies: source, coverage, onWarning: () => {} });
  try {
    const found = authorizer.policy.query(query);
    for (let i = 0; i < answers; i++) await found.next();
  } catch {
    // An undecided query is covered, too.
  }
  return coverage.toJSON();
}

describe('PolicyCoverage', () => {
  it('counts a condition that holds, and one that fails', async () => {
    const source = 'f(x) if x > 1 and x < 3; f(9);';
    expect(textsOf((await covered(source, 'f(2)')).conditions, source)).toEqual(['x < 3 1/0', 'x > 1 1/0']);
    expect(textsOf((await covered(source, 'f(5)')).conditions, source)).toEqual(['x < 3 0/1', 'x > 1 1/0']);
    expect(textsOf((await covered(source, 'f(9)')).rules, source)).toEqual([
      'f(9); 1/0',
      'f(x) if x > 1 and x < 3; 0/1',
    ]);
  });

  it('counts a call as held once for each time that it is tried, although it has several answers', async () => {
    const source = 'f(x) if g(y) and y = x; g(1); g(2); g(3);';
    const { conditions, rules } = await covered(source, 'f(3)');
    expect(textsOf(conditions, source)).toEqual(['g(y) 1/0', 'y = x 1/2']);
    expect(textsOf(rules, source)).toContain('g(1); 1/0');
  });

  it('counts the alternatives of an or, and the conditions inside a negation', async () => {
    const source = 'f(x) if (x = 1 or x = 2) and not (x = 3 or x = 2);';
    expect(textsOf((await covered(source, 'f(2)')).alternatives, source)).toEqual([
      'x = 1 0/1',
      'x = 2 1/0',
      'x = 2 1/0',
      'x = 3 0/1',
    ]);
    expect(textsOf((await covered(source, 'f(1)')).rules, source)).toEqual([
      'f(x) if (x = 1 or x = 2) and not (x = 3 or x = 2); 1/0',
    ]);
  });

  it('counts an undecided condition as one that does not hold', async () => {
    const source = 'f(x) if x > 1;';
    expect(textsOf((await covered(source, 'f("a")')).conditions, source)).toEqual(['x > 1 0/1']);
  });

  it('counts no condition after an error that ends the query', async () => {
    const source = 'f(x) if g(x) and x = 1; g(x) if new Unknown(x) = 1;';
    expect((await covered(source, 'f(1)')).conditions).toEqual([]);
  });

  it('names the roles that an actor had, by the type of the resource', async () => {
    const coverage = new PolicyCoverage();
    const authorizer = await Authorizer.load({
      policies: `actor User {} resource Doc { permissions = ["read"]; roles = ["owner", "reader"]; "read" if "reader"; "reader" if "owner"; }
        allow(actor, action, resource) if has_permission(actor, action, resource);
        has_role(user: User, "owner", doc: Doc) if doc.owner = user;`,
      types: { User, Doc },
      coverage,
    });
    const user = new User(1, 1, true);
    expect(await authorizer.can(user, 'read', new Doc(1, 1, true, user, [], [], null))).toBe(true);
    expect(authorizer.policy.engine).toBe('machine');
    const { roles, calls } = coverage.take();
    expect(roles.filter(({ type }) => type === 'Doc')).toEqual([
      { type: 'Doc', name: 'owner', held: 1 },
      { type: 'Doc', name: 'reader', held: 1 },
    ]);
    expect(calls).toEqual(['allow/3', 'has_permission/3', 'has_role/3']);
    expect(coverage.toJSON().rules).toEqual([]);
  });

  it('adds the counts of the same place', async () => {
    const source = 'f(x) if x > 1;';
    const all = [await covered(source, 'f(2)'), await covered(source, 'f(0)'), await covered(source, 'f(3)')];
    expect(textsOf(mergeCoverage(all).conditions, source)).toEqual(['x > 1 2/1']);
  });

  it('refuses another value for the option `coverage`', async () => {
    await expect(Authorizer.load({ policies: 'f(1);', coverage: {} as PolicyCoverage })).rejects.toThrow(
      'new PolicyCoverage()',
    );
  });

  it('agrees with the trace of the machine for random policies', async () => {
    const wrong: string[] = [];
    for (let seed = 0; seed < randomCases(150); seed++) {
      const generator = new PolicyGenerator(randomFrom(seed));
      const policies = generator.policy();
      const coverage = new PolicyCoverage();
      const options = { policies, types: { User, Doc }, coverage, onWarning: () => {} };
      const { loading } = createParts(options, textReader, undefined);
      const { queries, context } = await loadPolicy([policies], loading);
      for (let i = 0; i < 4; i++) {
        const { users, doc } = generator.data();
        const args = [users[0], 'read', doc];
        await outcomeOf(() => queries.queryRule('allow', args, {}).next());
        const found = coverage.take();

        const { query, given } = queries.prepareCall('allow', args);
        let machine: TracingMachine | undefined;
        const run = new QueryRun(context, query, given, {
          limits: defaultLimits,
          signal: undefined,
          acceptExpression: false,
          createMachine: (...own) => (machine = new TracingMachine(...own, () => undefined)),
        });
        const isAllowed = await outcomeOf(() => run.next());
        const traced = fromTrace(machine!, isAllowed === true);
        const entered = new Set(found.rules.map(({ start }) => start));
        const proved = new Set(found.rules.filter(({ held }) => held > 0).map(({ start }) => start));
        const tried = new Map(found.conditions.map((place) => [`${place.start}-${place.end}`, place]));
        const where = `${seed}.${i}: `;
        if (!areEqual(entered, traced.entered)) wrong.push(`${where}entered rules`);
        for (const rule of traced.proof) if (!proved.has(rule)) wrong.push(`${where}${rule} is in the proof`);
        for (const place of traced.failed)
          if ((tried.get(place)?.failed ?? 0) === 0) wrong.push(`${where}${place} failed`);
        for (const place of traced.held)
          if ((tried.get(place)?.held ?? 0) === 0) wrong.push(`${where}${place} held`);
        if (!areEqual(new Set(tried.keys()), traced.tried)) wrong.push(`${where}tried conditions`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

async function outcomeOf<T>(run: () => Promise<T>): Promise<T | 'undecided'> {
  try {
    return await run();
  } catch {
    return 'undecided';
  }
}

const areEqual = (some: ReadonlySet<unknown>, others: ReadonlySet<unknown>): boolean =>
  some.size === others.size && [...some].every((each) => others.has(each));

/** Reads the rules and conditions from the trace that explanations use. */
function fromTrace(machine: TracingMachine, isAllowed: boolean) {
  const attempts: Attempt[] = [];
  const collect = (attempt: Attempt): void => {
    attempts.push(attempt);
    for (const events of attempt.events.values())
      for (const { entered } of events) for (const inner of entered) collect(inner);
  };
  collect(machine.trace.root);
  const entered = new Set<number>();
  const tried = new Set<string>();
  const held = new Set<string>();
  const failed = new Set<string>();
  for (const { rule, events } of attempts) {
    if (rule === undefined) continue;
    entered.add(rule.origin.span.start);
    for (const { span, goals } of new RulePlaces(rule).conditions) {
      const key = `${span.start}-${span.end}`;
      const all = goals.map((goal) => events.get(goal) ?? []);
      if (all.flat().length > 0) tried.add(key);
      // A call, an `in` and a promise add goals, so that the event of the trace does not say whether they held.
      const last = all.at(-1) ?? [];
      if (last.some(({ isProved, failure }) => isProved && failure === undefined)) held.add(key);
      const isSimple = goals.every(({ kind }) => kind !== 'in' && kind !== 'call');
      if (isSimple && all.flat().length === goals.length && last[0]!.failure !== undefined) failed.add(key);
    }
  }
  const proof = isAllowed ? machine.usedRules().map(({ rule }) => rule.origin.span.start) : [];
  return { entered, tried, held, failed, proof };
}
