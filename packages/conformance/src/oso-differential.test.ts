import { readdirSync, readFileSync } from 'node:fs';
import * as oso from 'oso';
import { describe, expect, it } from 'vitest';
import { randomCases, randomSeed, randomTimeout } from '../../../tools/test-scope.ts';
import { compare, execute, resolveEngine, type Case } from '../corpus/harness.mjs';
import { mutate, type SingleCase } from './mutate.fixture.ts';
import * as engineModule from './oso-engine.ts';
import { pick, randomFrom } from './random.fixture.ts';

// Changed cases of the corpus, with the package oso itself as the oracle.

const count = randomCases(600);
const seed = randomSeed(20);

const folder = new URL('../corpus/cases/', import.meta.url);
const recorded = readdirSync(folder).flatMap(
  (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Case[],
);
// Lists of rows have a test of their own, and cases that recurse without end take seconds in oso.
const pool = (recorded as SingleCase[]).filter(
  (c) => c.slow !== true && c.steps === undefined && c.topic !== 'data-filtering',
);

const original = resolveEngine(oso);
const dialect = resolveEngine(engineModule);

/** The changed cases in which the dialect differs: with terms that contain themselves, or constraints that oso does not resolve. */
const isUnsupported = (testCase: SingleCase, outcome: object): boolean =>
  /"_this"|UnexpectedExpression|UnhandledPartial|UnexpectedValue|InvalidState/.test(
    JSON.stringify(outcome),
  ) ||
  // The WebAssembly of oso has panicked.
  /recursive use of an object|unreachable/.test(JSON.stringify(outcome)) ||
  /\b(?:upTo|twice|later\w*)\b/.test(testCase.query ?? '');

describe('the dialect oso', () => {
  it(
    `has the answers of oso in ${count} changed cases of the corpus`,
    { timeout: randomTimeout(600_000) },
    async () => {
      const failed: string[] = [];
      let compared = 0;
      for (let i = 0; i < count; i++) {
        const random = randomFrom(seed * 1_000_003 + i);
        const testCase = mutate(pick(pool, random)!, random);
        const expected = await execute(original, testCase);
        if (isUnsupported(testCase, expected)) continue;
        compared++;
        const reason = compare(expected, await execute(dialect, testCase));
        if (reason !== null) {
          const { id, policy, query, rule, call } = testCase;
          failed.push(JSON.stringify({ id, policy, query, rule, call, reason }));
        }
      }
      expect(failed).toEqual([]);
      expect(compared).toBeGreaterThan(0.8 * count);
    },
  );
});
