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

describe('verifying', () => {
  it('asks every question once', async () => {
    const asked: number[] = [];
    const { asked: count } = await verify((actor: number) => (asked.push(actor), right(actor)), mix, 1_000);
    expect(count).toBe(10);
    expect(asked).toEqual(mix.actors);
  });

  it('refuses a library with one wrong answer', async () => {
    const wrong = (actor: number) => (actor === 7 ? true : right(actor));
    await expect(verify(wrong, mix, 1_000)).rejects.toThrow('question 7');
  });

  it('asks only one question where there is no time', async () => {
    const { asked } = await verify(right, mix, 0);
    expect(asked).toBe(1);
  });
});

describe('a round', () => {
  it('asks nothing but verified questions, over and over', async () => {
    const asked = new Set<number>();
    const check = (actor: number) => (asked.add(actor), right(actor));
    const verified = { asked: 4, firstMs: [], checkMs: 1 };
    const ns = await new Loop(check, mix, verified, false).round(0);
    expect(ns).toBeGreaterThan(0);
    expect(asked).toEqual(new Set([0, 1, 2, 3]));
  });

  it('fails when the answers change', async () => {
    let calls = 0;
    const fickle = (actor: number) => (++calls > 12 ? false : right(actor));
    const loop = new Loop(fickle, mix, { asked: 10, firstMs: [], checkMs: 0.25 }, false);
    await expect(loop.round(0)).rejects.toThrow('the answers have changed');
  });

  it('awaits', async () => {
    const loop = new Loop(
      async (actor: number) => right(actor),
      mix,
      { asked: 10, firstMs: [], checkMs: 1 },
      true,
    );
    await expect(loop.round(0)).resolves.toBeGreaterThan(0);
  });
});

it('takes the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});
