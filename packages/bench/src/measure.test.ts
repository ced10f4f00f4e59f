import { describe, expect, it } from 'vitest';
import { Loop, median, verify } from './measure.ts';
import { mixOf } from './mix.ts';

const mix = mixOf(
  Array.from({ length: 10 }, (_, i) => ({
    actor: i,
    action: 'read',
    resource: i,
    allowed: i % 2 === 0,
  })),
);
const right = (actor: number) => actor % 2 === 0;

describe('verify()', () => {
  it('makes each check once', async () => {
    const checked: number[] = [];
    const { checked: count } = await verify(
      (actor: number) => (checked.push(actor), right(actor)),
      mix,
      1_000,
    );
    expect(count).toBe(10);
    expect(checked).toEqual(mix.actors);
  });

  it('rejects a library that returns one wrong result', async () => {
    const wrong = (actor: number) => (actor === 7 ? true : right(actor));
    await expect(verify(wrong, mix, 1_000)).rejects.toThrow('check 7 returns true');
  });

  it('makes one check if there is no time', async () => {
    const { checked } = await verify(right, mix, 0);
    expect(checked).toBe(1);
  });
});

describe('Loop.round()', () => {
  it('repeats the verified checks only', async () => {
    const checked = new Set<number>();
    const check = (actor: number) => (checked.add(actor), right(actor));
    const verified = { checked: 4, firstMs: [], checkMs: 1 };
    const ns = await new Loop(check, mix, verified, false).round(0);
    expect(ns).toBeGreaterThan(0);
    expect(checked).toEqual(new Set([0, 1, 2, 3]));
  });

  it('throws when the results change', async () => {
    let calls = 0;
    const fickle = (actor: number) => (++calls > 12 ? false : right(actor));
    const loop = new Loop(fickle, mix, { checked: 10, firstMs: [], checkMs: 0.25 }, false);
    await expect(loop.round(0)).rejects.toThrow('changed after verification');
  });

  it('awaits asynchronous checks', async () => {
    const loop = new Loop(
      async (actor: number) => right(actor),
      mix,
      { checked: 10, firstMs: [], checkMs: 1 },
      true,
    );
    await expect(loop.round(0)).resolves.toBeGreaterThan(0);
  });
});

it('median() returns the middle value, or the mean of two', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});
