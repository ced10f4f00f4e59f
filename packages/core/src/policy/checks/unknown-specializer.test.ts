import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnose, diagnoseAll, diagnoseWith } from '../diagnose.fixture.js';

// cspell:ignore Strin

const code = 'POLAR_CHECK_UNKNOWN_SPECIALIZER';
const known = new TypeTable().typeNames;

describe('unknown-specializer', () => {
  it('warns about every unregistered class, at any depth', () => {
    expect(diagnose`
      f(_: Foo{a: Bar{}}, x) if x matches [Baz{}];
    `).toEqual([
      { code, at: '1:6', data: { name: 'Foo', suggestion: undefined, known, uses: 1 } },
      { code, at: '1:13', data: { name: 'Bar', suggestion: undefined, known, uses: 1 } },
      { code, at: '1:38', data: { name: 'Baz', suggestion: undefined, known, uses: 1 } },
    ]);
  });

  it('warns about each use, and counts the uses', () => {
    expect(
      diagnose`
        f(_: Foo, _: Foo);
      `.map(({ at, data }) => [at, (data as { uses: number }).uses]),
    ).toEqual([
      ['1:6', 2],
      ['1:14', 2],
    ]);
  });

  it('suggests the built-in type for its name in other languages', () => {
    const suggestionFor = (name: string) => {
      const [found] = diagnoseAll([`f(_: ${name});`]);
      return (found!.data as { suggestion: unknown }).suggestion;
    };
    expect(['int', 'double', 'str', 'Array', 'HashMap', 'Strin'].map(suggestionFor)).toEqual([
      'Integer',
      'Float',
      'String',
      'List',
      'Dictionary',
      undefined,
    ]);
  });

  it('accepts registered types, built-in types and the unions', () => {
    expect(diagnoseWith(new TypeTable({ Foo: class {} }))`
      f(_: Foo, _: String, _: Actor, _: Resource);
    `).toEqual([]);
  });
});
