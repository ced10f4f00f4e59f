import { describe, expect, it } from 'vitest';
import { sampled } from '../../../../../tools/test-scope.js';
import { Authorizer } from '../../index.js';
import { engines, outcomeOf } from '../fixtures/all-engines.fixture.js';
import { precompile } from '../fixtures/precompiled.fixture.js';
import '../fixtures/final-code.fixture.js';

// A rule that only calls itself, perhaps through others, proves nothing. So it does not hold, and its negation does. A rule with a cut is an
// exception, because its answers depend on its caller: it never ends, so that its negation must not hold.

const rules = `
  itself(x) if itself(x);
  cutting(x) if cutting(x) and cut;
  other(x) if another(x);
  another(x) if other(x);
  swapped(x, y) if swapped(y, x);
  named(x, "a") if named(x, "b");
  named(x, "b") if named(x, "a");
  named(x, name) if x = 2 and name = name;
  later(x) if x = 1;
  later(x) if later(x);
  later(x) if x = 2;
  both(x) if left(x);
  both(x) if right(x);
  left(x) if x = 1;
  left(x) if shared(x);
  right(x) if shared(x);
  right(x) if x = 2;
  shared(x) if x = 3;
`;
const decided: [string, boolean][] = [
  ['itself(r)', false],
  ['not itself(r)', true],
  ['not itself("a")', true],
  ['not other(r)', true],
  ['not swapped(r, 1)', true],
  ['not swapped(r, r)', true],
  ['named(r, "a")', true],
  ['not named(3, "a")', true],
  ['named(r, "b")', true],
  ['later(r)', true],
  ['not later(r)', false],
  ['not later(3)', true],
  ['not (itself(r) and r = 7)', true],
  ['r = 7 or not itself(r)', true],
  ['itself(r) or r = 2', true],
  ['forall(itself(r), r = 1)', true],
  ['later(1)', true],
  ['not later(1)', false],
  ['not (r = 7 and itself(r))', true],
  ['r = 2 or itself(r)', true],
  ['both(r)', true],
  ['both(3)', true],
  ['not both(4)', true],
];
const endless = ['cutting(r)', 'not cutting(r)', 'not (cutting(r) and r = 7)', 'cutting(r) or r = 2'];

async function authorizersOf(condition: string): Promise<[string, Pick<Authorizer, 'canSync'>][]> {
  const options = { policies: `${rules} allow(_, _, r) if r = r and ${condition};`, onWarning: () => {} };
  const found: [string, Pick<Authorizer, 'canSync'>][] = [];
  for (const engine of engines) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    found.push([engine, await Authorizer.load({ ...options, limits: { timeoutMs: 60_000 }, engine })]);
  }
  return [...found, ['module', await precompile(options)]];
}

describe('a rule that only calls itself', () => {
  it.each(endless)('ends in an error on every engine where it has a cut: %s', async (condition) => {
    for (const [engine, authorizer] of await authorizersOf(condition)) {
      for (const _ of [1, 2, 3]) {
        expect([engine, outcomeOf(() => authorizer.canSync(1, 'read', 2))]).toEqual([
          engine,
          'POLAR_RUN_DEPTH_LIMIT',
        ]);
      }
    }
  });

  it.each(sampled(decided, 2))('proves nothing on every engine: %s', async (condition, expected) => {
    for (const [engine, authorizer] of await authorizersOf(condition))
      for (const _ of [1, 2, 3])
        expect([engine, outcomeOf(() => authorizer.canSync(1, 'read', 2))]).toEqual([engine, expected]);
  });
});
