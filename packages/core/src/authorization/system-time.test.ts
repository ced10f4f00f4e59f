import { afterEach, describe, expect, it, vi } from 'vitest';
import { Authorizer, type AuthorizerOptions, type Decision } from '../index.js';
import { SystemTime } from './system-time.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Sets both clocks. @param ahead the milliseconds by which the system clock differs from the monotonic one */
function setClocks(monotonic: number, ahead: number): void {
  vi.spyOn(performance, 'now').mockReturnValue(monotonic);
  vi.spyOn(Date, 'now').mockReturnValue(performance.timeOrigin + monotonic + ahead);
}

const millisecondsOf = (time: SystemTime, read: number): number =>
  time.at(read).getTime() - Math.floor(performance.timeOrigin);

describe('the time of a check', () => {
  it('differs from the system clock by at most a millisecond', () => {
    const time = new SystemTime();
    for (let i = 0; i < 100; i++) {
      const before = Date.now();
      const at = time.at(performance.now()).getTime();
      expect([at >= before - 1, at <= Date.now() + 1]).toEqual([true, true]);
    }
  });

  it('comes from the system clock if the check is not measured', () => {
    const time = new SystemTime();
    vi.spyOn(Date, 'now').mockReturnValue(1_000);
    const first = time.now();
    expect([first.getTime(), time.now()]).toEqual([1_000, first]);
    first.setTime(0);
    expect(time.now().getTime()).toBe(1_000);
  });

  it('follows a change of the system clock within a second', () => {
    const time = new SystemTime();
    setClocks(10_000, 0);
    const first = millisecondsOf(time, 10_000);
    setClocks(10_999, 3_600_000);
    expect(millisecondsOf(time, 10_999) - first).toBe(999);
    setClocks(11_000, 3_600_000);
    expect(millisecondsOf(time, 11_000) - first).toBe(3_601_000);
    setClocks(12_000, -3_600_000);
    expect(millisecondsOf(time, 12_000) - first).toBe(2_000 - 3_600_000);
  });

  it('follows the system clock again after the monotonic clock was set back', () => {
    const time = new SystemTime();
    setClocks(50_000, 0);
    const first = millisecondsOf(time, 50_000);
    setClocks(5, 60_000);
    expect(millisecondsOf(time, 5) - first).toBe(5 + 60_000 - 50_000);
  });

  it('stays the same when a consumer changes the date of another decision', () => {
    const time = new SystemTime();
    setClocks(1_000, 0);
    const first = time.at(1_000);
    const expected = first.getTime();
    first.setTime(0);
    expect(time.at(1_000).getTime()).toBe(expected);
  });
});

describe('the time in a decision', () => {
  const decide = async (options: Pick<AuthorizerOptions, 'clock' | 'decisionDuration'> = {}) => {
    const decisions: Decision[] = [];
    const authorizer = await Authorizer.load({
      policies: 'allow(1, "read", 3);',
      onDecision: (decision) => void decisions.push(decision),
      ...options,
    });
    return () => {
      expect(authorizer.canSync(1, 'read', 3)).toBe(true);
      return decisions.at(-1)!;
    };
  };

  it('follows fake timers', async () => {
    const check = await decide();
    check();
    vi.useFakeTimers({ now: Date.parse('2031-02-03T04:05:06.007Z') });
    expect(check().at.toISOString()).toBe('2031-02-03T04:05:06.007Z');
    vi.setSystemTime('2020-01-01T00:00:00Z');
    expect(check().at.toISOString()).toBe('2020-01-01T00:00:00.000Z');
  });

  it('follows a replaced Date', async () => {
    const check = await decide();
    check();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2031-02-03T04:05:06.007Z') });
    expect(check().at.toISOString()).toBe('2031-02-03T04:05:06.007Z');
  });

  it('equals the result of the option clock for each check', async () => {
    let n = 0;
    const check = await decide({ clock: () => new Date(++n * 1_000) });
    expect([check().at.getTime(), check().at.getTime()]).toEqual([1_000, 2_000]);
  });

  it('begins before the duration', async () => {
    const check = await decide({ decisionDuration: true });
    const before = performance.now();
    const { at, durationMs } = check();
    const after = performance.now();
    expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(durationMs).toBeLessThanOrEqual(after - before);
    expect(at.getTime() + durationMs!).toBeLessThanOrEqual(Date.now() + 2);
  });

  it('needs one reading of a clock, or two with the option decisionDuration', async () => {
    const [check, measured] = [await decide(), await decide({ decisionDuration: true })];
    for (const each of [check, measured]) each();
    const [monotonic, system] = [vi.spyOn(performance, 'now'), vi.spyOn(Date, 'now')];
    expect(check().durationMs).toBeUndefined();
    // The limit of the time reads the monotonic clock, too.
    const readings = monotonic.mock.calls.length;
    expect(system).toHaveBeenCalledTimes(1);
    expect(measured().durationMs).toBeGreaterThanOrEqual(0);
    expect(monotonic).toHaveBeenCalledTimes(2 * readings + 2);
    expect(system).toHaveBeenCalledTimes(1);
  });
});
