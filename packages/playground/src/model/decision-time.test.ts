import { describe, expect, it } from 'vitest';
import { ask } from './answer.js';
import { decisionTime, durationText } from './decision-time.js';
import { loaded, notes } from './load.fixture.js';

describe('the time of a decision', () => {
  it('decisionTime returns the average of several checks, and ends after a few milliseconds', async () => {
    let checks = 0;
    const start = performance.now();
    const average = await decisionTime(async () => void checks++);
    const all = performance.now() - start;
    expect(checks).toBeGreaterThan(10);
    expect(average).toBeGreaterThan(0);
    expect(average * checks).toBeLessThanOrEqual(all);
  });

  it('ask returns the time of each decided answer, and none of an undecided one', async () => {
    const project = await loaded(notes);
    const timeOf = async (resource: string): Promise<unknown> => {
      const answer = await ask(project, { actor: 'ann', action: 'edit', resource });
      return answer.kind === 'decision' && answer.durationMs;
    };
    expect(await timeOf('draft')).toBeGreaterThan(0);
    expect(await timeOf('partial')).toBeUndefined();
  });

  it.each([
    [0.041_7, '0.042'],
    [0.4, '0.4'],
    [4.16, '4.2'],
    [41.6, '42'],
  ])('durationText writes %d ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
