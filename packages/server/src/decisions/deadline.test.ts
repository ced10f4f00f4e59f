import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadline } from './deadline.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => {});
const late = new Error('late');
const deadlineOf = (timeoutMs: number): Deadline => new Deadline(timeoutMs, () => late);

describe('a deadline', () => {
  it('leaves the result of a promise, and its error, as they are while there is time', async () => {
    const deadline = deadlineOf(10);
    await expect(deadline.within(Promise.resolve(1))).resolves.toBe(1);
    const failed = new Error('failed');
    await expect(deadline.within(Promise.reject(failed))).rejects.toBe(failed);
    expect([deadline.error, deadline.signal.aborted]).toEqual([undefined, false]);
  });

  it('rejects each promise that waits when the time is over, and each later one, and aborts its signal', async () => {
    const deadline = deadlineOf(10);
    const waiting = Promise.allSettled([deadline.within(never), deadline.within(never)]);
    vi.advanceTimersByTime(10);
    const rejected = { status: 'rejected', reason: late };
    expect(await waiting).toEqual([rejected, rejected]);
    await expect(deadline.within(never)).rejects.toBe(late);
    await expect(deadline.within(Promise.resolve(1))).rejects.toBe(late);
    expect([deadline.error, deadline.signal.reason]).toEqual([late, late]);
  });

  it('handles the later error of a promise that it has interrupted', async () => {
    const deadline = deadlineOf(10);
    let fail = (_: Error): void => {};
    const waiting = deadline.within(new Promise((_, reject) => (fail = reject)));
    vi.advanceTimersByTime(10);
    await expect(waiting).rejects.toBe(late);
    fail(new Error('failed'));
    await expect(waiting).rejects.toBe(late);
  });

  it('interrupts nothing after its end', () => {
    const deadline = deadlineOf(10);
    deadline.end();
    vi.advanceTimersByTime(10);
    expect([deadline.error, deadline.signal.aborted, vi.getTimerCount()]).toEqual([undefined, false, 0]);
  });
});
