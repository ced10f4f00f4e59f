import { describe, expect, it } from 'vitest';
import { drawMix } from './mix.ts';
import { Random } from './random.ts';

const draw = (seed: number) => {
  const random = new Random(seed);
  return drawMix(random, 100, () => {
    const n = random.below(1_000);
    return { actor: n, action: 'read', resource: n, allowed: n % 10 === 0 };
  });
};

describe('drawMix()', () => {
  it('draws half allowed and half denied checks, also in each block of 20', () => {
    const { allowed } = draw(1);
    for (let i = 0; i < 100; i += 20) expect(allowed.slice(i, i + 20).filter(Boolean)).toHaveLength(10);
  });

  it('starts with pairs of one allowed and one denied check', () => {
    const { allowed } = draw(1);
    for (let i = 0; i < 20; i += 2) expect(allowed[i]).not.toBe(allowed[i + 1]);
  });

  it('returns the same mix for the same seed, and another mix for another seed', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(2)).not.toEqual(draw(1));
  });

  it('throws if the world has no denied checks', () => {
    const random = new Random(1);
    const drawn = { actor: 1, action: 'read', resource: 1, allowed: true };
    expect(() => drawMix(random, 20, () => drawn)).toThrow('too few checks');
  });
});
