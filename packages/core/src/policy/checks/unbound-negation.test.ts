import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.fixture.js';

const code = 'POLAR_CHECK_UNBOUND_NEGATION';

describe('unbound-negation', () => {
  it('warns about a variable that is bound only after the negation', () => {
    expect(diagnose`
      f(y) if not x = 1 and x = y;
      g(xs) if forall(x in xs, x < m) and m = 3;
      ?= (not x = 1) and x = 2;
    `).toEqual([
      { code, at: '1:13', data: { name: 'x', form: 'not' } },
      { code, at: '2:30', data: { name: 'm', form: 'forall' } },
      { code, at: '3:9', data: { name: 'x', form: 'not' } },
    ]);
  });

  it('warns about each negation, because none of them binds', () => {
    expect(
      diagnose`
      f(y) if not x = 1 and not x = 2 and x = y;
    `.map(({ at }) => at),
    ).toEqual(['1:13', '1:27']);
  });

  it('warns about negations inside other conditions', () => {
    expect(
      diagnose`
      f(y) if y = 1 or (not x = 1 and x = y) or not (not z = 1 and z = y);
    `.map(({ at }) => at),
    ).toEqual(['1:23', '1:52']);
  });

  it('accepts a variable that was bound before the negation, or is not used after it', () => {
    expect(
      diagnose`
      f(x, _: {a: y}) if not x = 1 and not y = 2 and x = y;
      g(xs) if x in xs and not x = 1 and x > 0;
      h(xs) if not (x in xs and x > 1);
      i(xs) if forall(x in xs, x > 1);
    `.map(({ at }) => at),
    ).toEqual([]);
    expect(
      diagnose`
      f(y) if not (x = y and x > 1) or x = y;
    `.map((found) => found.code),
    ).toEqual([]);
  });
});
