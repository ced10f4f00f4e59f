import { describe, expect, it } from 'vitest';
import { findDialect } from '../../dialect/dialect.js';
import { messageOf } from '../../diagnostics/codes.js';
import { TypeTable } from '../../types/type-table.js';
import { diagnose, diagnoseAll, diagnoseWith } from '../diagnose.fixture.js';

// cspell:ignore Strin

const code = 'POLAR_CHECK_UNKNOWN_SPECIALIZER';
const foreign = 'int Int number double str Text uuid bool Array HashMap Map DateTime Strin'.split(' ');
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
    expect(Object.fromEntries(foreign.map((name) => [name, suggestionFor(name)]))).toEqual({
      int: 'Integer',
      Int: 'Integer',
      number: 'Integer',
      double: 'Float',
      str: 'String',
      Text: 'String',
      uuid: 'String',
      bool: 'Boolean',
      Array: 'List',
      HashMap: 'Dictionary',
      Map: 'Dictionary',
      DateTime: undefined,
      Strin: undefined,
    });
  });

  it('suggests only what oso suggests in the dialect of oso', () => {
    const suggestionFor = (name: string) => {
      const [found] = diagnoseAll([`f(_: ${name});`], new TypeTable({}, {}, findDialect({ dialect: 'oso' })));
      return (found!.data as { suggestion: unknown }).suggestion;
    };
    expect(['int', 'HashMap', 'Int', 'bool', 'Text'].map(suggestionFor)).toEqual([
      'Integer',
      'Dictionary',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('says that only a field has the type of a date or a decimal', () => {
    const messageFor = (name: string) => {
      const [found] = diagnoseAll([`f(_: ${name});`]);
      return messageOf('POLAR_CHECK_UNKNOWN_SPECIALIZER', found!.data as never);
    };
    const advice =
      'only a declared field has such a type: compare the field itself, as in `note.deadline < Clock.now()`';
    for (const name of ['Date', 'DateTime', 'Decimal'])
      expect(messageFor(name)).toBe(
        `Unknown specializer ${name}: no type has this name, so it matches no value; ${advice}`,
      );
  });

  it('accepts registered types, built-in types and the unions', () => {
    expect(diagnoseWith(new TypeTable({ Foo: class {} }))`
      f(_: Foo, _: String, _: Actor, _: Resource);
    `).toEqual([]);
  });
});
