import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open, type Opened } from './opened.ts';
import { lineOf, ruleLines } from './rule-lines.ts';
import type { Start } from './served.ts';
import { deviations, pathOf, type Step } from './step.ts';
import { emptyPglite } from '../../../tools/empty-pglite.ts';

/**
 * Defines the tests of a GitClub application: sends the requests in order, and compares each response with the expected one.
 *
 * @param steps the requests; with the careless steps if the framework starts with unprotected routes
 */
export function describeGitClub(name: string, start: Start, steps: readonly Step[]): void {
  describe(`GitClub on ${name}`, () => {
    let club: Opened;
    const needed = new Set<string>();
    let before: unknown;
    beforeAll(async () => {
      club = await open(start, new Date('2026-11-24T12:00:00Z'), await emptyPglite());
    }, 60_000); // PostgreSQL starts slowly on a busy machine
    afterAll(() => club.close());

    // Each step depends on the steps before it.
    for (const step of steps) {
      const { as = 'anonymous', method, path, expect: expected, why } = step;
      it(`${as} ${method} ${path}: ${[expected.status].flat().join(' or ')}, ${why}`, async () => {
        club.ready(step);
        const asked = request(club.server)[method.toLowerCase() as 'get'](pathOf(step, before));
        if (step.as !== undefined) asked.set('authorization', `Bearer ${step.as}`);
        const { status, body } = await asked.send(step.body);
        before = body;
        expect(deviations(step, { status, body, faults: club.faults })).toEqual([]);
        for (const { proof } of club.decisions)
          for (const { file, line } of proof) needed.add(lineOf(file, line));
      });
    }

    it('uses every rule of the policy', () => {
      expect(ruleLines().filter((line) => !needed.has(line))).toEqual([]);
    });

    it('reports no warnings', () => {
      expect(club.authorizer.policy.warnings).toEqual([]);
    });
  });
}
