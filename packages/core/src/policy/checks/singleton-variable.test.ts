import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnose, diagnoseWith } from '../diagnose.fixture.js';

const code = 'POLAR_CHECK_SINGLETON_VARIABLE';

describe('singleton-variable', () => {
  it('points at the only use', () => {
    expect(diagnose`
      f(user, doc) if
        doc.owner = usr and user.active = true;
    `).toEqual([{ code, at: '2:15', data: { name: 'usr' } }]);
  });

  it('reports each, wherever it stands', () => {
    expect(diagnose`
      f([a, *b], _: {c: d}) if {x: 1}.(e) = 1 or not f in [1];
    `).toEqual([
      { code, at: '1:4', data: { name: 'a' } },
      { code, at: '1:8', data: { name: 'b' } },
      { code, at: '1:19', data: { name: 'd' } },
      { code, at: '1:34', data: { name: 'e' } },
      { code, at: '1:48', data: { name: 'f' } },
    ]);
  });

  it('has nothing against names that say so, constants and unions', () => {
    const types = new TypeTable({}, { five: 5 });
    expect(diagnoseWith(types)`
      f(_, _x, five, ns::x) if Integer = Actor;
    `).toEqual([]);
  });

  it('counts the name of a pattern as a use, as oso does', () => {
    expect(
      diagnose`
        f(x, y) if x matches kind and y = kind;
      `.map((found) => found.code),
    ).toEqual(['POLAR_CHECK_UNKNOWN_SPECIALIZER']);
  });
});
