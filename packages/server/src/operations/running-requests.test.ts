import { describe, expect, it } from 'vitest';
import { RunningRequests } from './running-requests.js';

const never = () => new Promise<never>(() => {});

describe('running requests', () => {
  it('end when each one that was running is answered or has failed, also if others have begun meanwhile', async () => {
    const requests = new RunningRequests();
    let answer = (): void => {};
    const first = requests.keep(new Promise<void>((resolve) => (answer = resolve)));
    const failed = requests.keep(Promise.reject(new Error('lost')));
    const ended = requests.end();
    void requests.keep(never());
    expect(requests.count).toBe(3);
    await expect(failed).rejects.toThrow('lost');
    answer();
    await Promise.all([first, ended]);
    expect(requests.count).toBe(1);
  });
});
