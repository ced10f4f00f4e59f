import { describe, expect, it } from 'vitest';
import { Authorizer, typed } from '../../index.js';
import { EngineUnderTest } from '../fixtures/engines.fixture.js';
import { unlimitedPlanning, type PlanningLimits } from './planner.js';

// The limits of planning decide which engine answers a check, and never the answer.

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const types = { User: {}, Doc: {} };
const user = typed('User', { id: 1, level: 3 });
const doc = typed('Doc', { id: 1 });

/** Rules of one function, none of which holds. */
const manyRules = (count: number): string =>
  numbers(count)
    .map((i) => `allow(user: User, "read", doc: Doc) if user.id = ${i} and doc.id = ${i + 1};`)
    .join('\n');

/** A chain of functions, because each rule reads an attribute before it calls the next. */
const manyFunctions = (count: number): string => `
  allow(user: User, "read", doc: Doc) if p0(user, doc) and user.level = 3;
  ${numbers(count)
    .map(
      (i) => `
        p${i}(user: User, doc: Doc) if user.level = ${i + 10} and doc.id = 7 and user.id = 2 and doc.level = 2;
        p${i}(user: User, doc: Doc) if user.level = 3 and p${i + 1}(user, doc) and doc.id = 1 and user.id = 1;`,
    )
    .join('\n')}
  p${count}(user: User, doc: Doc) if user.id = doc.id;`;

/** Asks again and again. Returns the answers, and the number of checks before compiled code answers. */
function ask(
  engine: EngineUnderTest,
  checks: number,
): { readonly answers: unknown[]; readonly byMachine: number } {
  const answers = numbers(checks).map(() => engine.canSync(user, 'read', doc));
  return { answers: [...new Set(answers)], byMachine: engine.bailedOut };
}

const engineWith = (planning: PlanningLimits, policy: string, limits = {}) =>
  new EngineUnderTest('source', policy, { types, limits, planning });

/** A clock on which each reading takes a time. */
const clockWithSteps = (ms: number) => {
  let now = 0;
  return () => (now += ms);
};

describe('the limits of planning', () => {
  it('let the machine answer each check if no function may be planned', () => {
    const engine = engineWith({ ...unlimitedPlanning, maxFunctions: 0 }, manyFunctions(3));
    expect(ask(engine, 20)).toEqual({ answers: [true], byMachine: 20 });
  });

  it('let the machine answer the checks before enough functions are planned', () => {
    const policy = manyFunctions(20);
    const all = ask(engineWith(unlimitedPlanning, policy), 30);
    expect(all).toEqual({ answers: [true], byMachine: 0 });
    const few = ask(engineWith({ ...unlimitedPlanning, maxFunctions: 1 }, policy), 30);
    expect(few.answers).toEqual([true]);
    expect(few.byMachine).toBeGreaterThan(3);
    expect(few.byMachine).toBeLessThan(20);
  });

  it('let later checks continue with the rules of a large function', () => {
    const planning = { ...unlimitedPlanning, maxMs: 10, now: clockWithSteps(0.1) };
    const { answers, byMachine } = ask(engineWith(planning, manyRules(1_000)), 100);
    expect(answers).toEqual([false]);
    expect(byMachine).toBeGreaterThan(3);
    expect(byMachine).toBeLessThan(30);
  });

  it('end the planning of a function that was interrupted several times', () => {
    const goals = numbers(1_000)
      .map((i) => `user.id != ${i + 5}`)
      .join(' and ');
    const policy = `allow(user: User, "read", doc: Doc) if doc.id = 1 and ${goals};`;
    let readings = 0;
    const now = () => ++readings * 100;
    const engine = engineWith({ ...unlimitedPlanning, maxMs: 10, now }, policy);
    expect(ask(engine, 10)).toEqual({ answers: [true], byMachine: 10 });
    const before = readings;
    expect(ask(engine, 10)).toEqual({ answers: [true], byMachine: 20 });
    expect(readings).toBe(before);
  });

  it('let the machine report a time limit that planning has used up', () => {
    let readings = 0;
    const now = () => {
      readings++;
      return performance.now();
    };
    const engine = engineWith({ ...unlimitedPlanning, now }, manyRules(20_000), { timeoutMs: 10 });
    expect(engine.canSync(user, 'read', doc)).toBe('POLAR_RUN_TIMEOUT');
    // Each rule is a part, for which the clock is read twice.
    expect(readings).toBeLessThan(20_000);
  });

  it('do not hold for `warmUp`', async () => {
    const authorizer = await Authorizer.load({ policies: manyFunctions(100), types, engine: 'source' });
    await authorizer.warmUp();
    expect(authorizer.canSync(user, 'read', doc)).toBe(true);
  });
});
