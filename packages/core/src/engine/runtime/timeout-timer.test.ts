import { expect, it } from 'vitest';
import { TimeoutTimer, WaitingQuery } from './timeout-timer.js';

/** The number of timers for which the process waits. */
const waitedTimers = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

it('a timer keeps the process alive only while a query waits, so that an endless promise ends in a timeout', () => {
  const query = () => new WaitingQuery(60_000, () => {}, { stop: () => {} });
  const timer = new TimeoutTimer(60_000);
  const before = waitedTimers();
  const [first, second] = [query(), query()];
  timer.watch(first);
  timer.watch(second);
  expect(waitedTimers()).toBe(before + 1);
  timer.forget(first);
  expect(waitedTimers()).toBe(before + 1);
  timer.forget(second);
  expect(waitedTimers()).toBe(before);
  const third = query();
  timer.watch(third);
  expect(waitedTimers()).toBe(before + 1);
  timer.forget(third);
  expect(waitedTimers()).toBe(before);
});
