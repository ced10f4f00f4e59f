import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

// cspell:ignore Clok

const code = 'POLAR_CHECK_CAPITAL_VARIABLE';
const diagnose = diagnoseWith(new TypeTable({ User: {} }, { Clock: {} }));

describe('capital-variable', () => {
  it('warns once in a rule about an unknown capitalized name that is used more than once', () => {
    expect(diagnose`
      f(x) if x < Clok.now() and Clok.now() > x and Clok.zone = x;
      f(X) if X = 1;
    `).toEqual([
      { code, at: '1:28', data: { name: 'Clok', known: ['Clock'] } },
      { code, at: '2:9', data: { name: 'X', known: [] } },
    ]);
  });

  it('accepts types, constants, unions and names of patterns', () => {
    expect(
      diagnose`
        f(x) if x matches User and x.a = User and Clock = x and Actor = Actor;
        f(x) if x matches Usr and x.a = Usr and x.b = Usr;
      `.map((found) => found.code),
    ).toEqual(['POLAR_CHECK_UNKNOWN_SPECIALIZER']);
  });
});
