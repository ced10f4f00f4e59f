import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open, type Opened } from './opened.ts';
import { lineOf, ruleLines } from './rule-lines.ts';
import type { Start } from './served.ts';
import { deviations, type Step } from './step.ts';

/**
 * The tests of every application of GitClub: takes the steps, in order, and looks at what comes of each.
 *
 * @param steps the walk; with the careless steps where the framework starts with routes that carry no rule
 */
export function describeGitClub(name: string, start: Start, steps: readonly Step[]): void {
  describe(`GitClub on ${name}`, () => {
    let club: Opened;
    const needed = new Set<string>();
    beforeAll(async () => {
      club = await open(start, new Date('2026-11-24T12:00:00Z'));
    }, 60_000); // PostgreSQL takes its time where much else runs
    afterAll(() => club.close());

    // A step finds what the ones before it left.
    for (const step of steps) {
      const { as = 'nobody', method, path, expect: expected, why } = step;
      it(`${as} ${method} ${path}: ${[expected.status].flat().join(' or ')}, ${why}`, async () => {
        club.ready(step);
        const asked = request(club.server)[method.toLowerCase() as 'get'](path);
        if (step.as !== undefined) asked.set('authorization', `Bearer ${step.as}`);
        const { status, body } = await asked.send(step.body);
        expect(deviations(step, { status, body, faults: club.faults })).toEqual([]);
        for (const { proof } of club.decisions)
          for (const { file, line } of proof) needed.add(lineOf(file, line));
      });
    }

    it('needed every rule of the policy', () => {
      expect(ruleLines().filter((line) => !needed.has(line))).toEqual([]);
    });

    it('was warned of nothing', () => {
      expect(club.authorizer.warnings).toEqual([]);
    });
  });
}
