import { describe, expect, it } from 'vitest';
import type { FieldType } from '../types/declared-type.js';
import { TypeTable } from '../types/type-table.js';
import { typed } from '../types/typed.js';
import { Tags } from './tags.js';

const names = ['User', 'Org', 'Repo'];
const types = new TypeTable({
  ...Object.fromEntries(names.map((name) => [name, {}])),
  All: {
    fields: Object.fromEntries(
      names.flatMap((name) => [
        [name, name],
        [`${name}s`, [name]],
      ]),
    ),
  },
});
const fieldOf = (name: string): FieldType => types.find('All')!.fields!.get(name)!.type;
const namesOf = (tags: Tags, row: object): string[] => tags.typesOf(row).map(({ name }) => name);

/** Objects from which rows are read: without a tag, with the tag of a type that declares the field, and with that of another type. */
const declaring = [{}, typed('All', {})];
const bases = [...declaring, typed('User', {})];

/** Returns the types that a list of notes gives to a row. */
const expectedOf = (notes: readonly (readonly [object, string])[], row: object): string[] =>
  names.filter((name) =>
    notes.some(
      ([value, field]) =>
        (value === row && field === name) ||
        (Array.isArray(value) && field === `${name}s` && value.includes(row)),
    ),
  );

/** Returns a source of numbers below a limit. */
function random(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

describe('the types that fields give to rows', () => {
  it.each([
    ['few rows', 4, 3, 12],
    ['many rows', 400, 3, 500],
    ['many lists', 60, 60, 200],
    ['long lists', 300, 8, 60],
  ])('are those of all notes so far, for %s', (_, rowCount, listCount, count) => {
    for (let seed = 1; seed <= 3; seed++) {
      const next = random(seed);
      const rows = Array.from({ length: rowCount }, (__, id) => ({ id }));
      const lists = Array.from({ length: listCount }, () =>
        Array.from({ length: next(rowCount) }, () => rows[next(rowCount)]!),
      );
      const tags = new Tags(types);
      for (let query = 0; query < 2; query++) {
        const notes: (readonly [object, string])[] = [];
        const used = names.slice(0, 1 + ((query + seed) % 3));
        for (let i = 0; i < count; i++) {
          const name = used[next(used.length)]!;
          const [value, field] =
            next(3) === 0 ? [lists[next(listCount)]!, `${name}s`] : [rows[next(rowCount)]!, name];
          notes.push([value, field]);
          tags.tag(value, fieldOf(field));
          for (const row of [rows[next(rowCount)]!, rows[next(rowCount)]!]) {
            const expected = expectedOf(notes, row);
            expect(namesOf(tags, row)).toEqual(expected);
            expect(namesOf(tags, row)).toEqual(expected);
            for (const name of expected)
              expect(tags.isOnly(row, types.find(name)!)).toBe(expected.length === 1);
          }
        }
        tags.clear();
        expect([tags.isEmpty, namesOf(tags, rows[0]!)]).toEqual([true, []]);
      }
    }
  });

  it.each([
    ['few rows', 4, 40],
    ['many rows', 300, 400],
  ])('depend on the tag of the object from which a row was read, for %s', (_, rowCount, count) => {
    const next = random(rowCount);
    const rows = Array.from({ length: rowCount }, (__, id) => ({ id }));
    const tags = new Tags(types);
    for (let query = 0; query < 2; query++) {
      const notes: (readonly [object, string])[] = [];
      for (let i = 0; i < count; i++) {
        const [row, name, base] = [rows[next(rowCount)]!, names[next(3)]!, bases[next(3)]!];
        const isFrom = next(4) > 0;
        if (isFrom) tags.tagUnlessTagged(base, name, row, types.find(name)!);
        else tags.tag(row, fieldOf(name));
        if (!isFrom || declaring.includes(base)) notes.push([row, name]);
        for (const other of [row, rows[next(rowCount)]!]) {
          const expected = expectedOf(notes, other);
          expect(namesOf(tags, other)).toEqual(expected);
          for (const each of expected)
            expect(tags.isOnly(other, types.find(each)!)).toBe(expected.length === 1);
        }
      }
      tags.clear();
    }
  });

  it('are right, or end the query, when notes about elements are left out', () => {
    const restart = (): never => {
      throw new Error('a note is needed');
    };
    const tags = new Tags(types, ({ name }) => name === 'Repo', undefined, restart);
    const next = random(7);
    const rows = Array.from({ length: 4 }, (_, id) => ({ id }));
    const ends: number[] = [];
    const answers: (readonly [query: number, found: unknown, expected: unknown])[] = [];
    for (let query = 0; query < 20_000; query++) {
      const notes: (readonly [object, string])[] = [];
      // At first no query needs a note, and later one of 500 does.
      const asks = query > 1_000 && next(500) === 0;
      try {
        for (let i = 0; i < 4; i++) {
          const [row, name, base] = [
            rows[next(4)]!,
            asks ? names[next(3)]! : names[1 + (query % 2)]!,
            bases[next(3)]!,
          ];
          const list = [rows[next(4)]!, rows[next(4)]!];
          const kind = next(3);
          if (kind === 0) tags.tag(list, fieldOf(`${name}s`));
          else if (kind === 1) tags.tagUnlessTagged(base, name, row, types.find(name)!);
          if (kind === 0) notes.push([list, `${name}s`]);
          else if (kind === 2 || declaring.includes(base)) notes.push([row, name]);
          if (kind === 2) {
            const told = expectedOf(notes, row).filter((each) => each !== 'Repo' || each === name);
            answers.push([query, tags.note(row, types.find(name)!), told.length === 1]);
          }
          if (asks) answers.push([query, String(namesOf(tags, row)), String(expectedOf(notes, row))]);
        }
      } catch (error) {
        if ((error as Error).message !== 'a note is needed') throw error;
        ends.push(query);
      }
      tags.clear();
    }
    expect(answers.filter(([, found, expected]) => found !== expected)).toEqual([]);
    expect(answers.length).toBeGreaterThan(10_000);
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.length).toBeLessThan(5);
  });

  it.each(['a list', 'a row in a field'])('are searched again after a left out note about %s', (what) => {
    const tags = new Tags(types, undefined, undefined, () => {
      throw new Error('a note is needed');
    });
    for (let query = 0; query < 300; query++) {
      tags.tag([{}], fieldOf('Orgs'));
      tags.clear();
    }
    const [row, Org] = [{}, types.find('Org')!];
    tags.tag(row, fieldOf('Org'));
    tags.tag({}, fieldOf('Repo'));
    expect([tags.isOnly(row, Org), tags.isOnly(row, Org)]).toEqual([true, true]);
    if (what === 'a list') tags.tag([row], fieldOf('Users'));
    else tags.tagUnlessTagged({}, 'User', row, types.find('User')!);
    expect(() => tags.isOnly(row, Org)).toThrow('a note is needed');
  });

  it('find the type of the elements of a list among many', () => {
    const tags = new Tags(types);
    const lists = Array.from({ length: 40 }, () => [{}]);
    for (const [i, list] of lists.entries()) {
      tags.tag(list, fieldOf(`${names[i % 3]!}s`));
      expect(tags.elementType(list)).toEqual({ kind: 'named', name: names[i % 3] });
      expect(tags.elementType([])).toBe(undefined);
    }
  });

  it('leave out an array in a field of one row', () => {
    const tags = new Tags(types);
    tags.tag([], fieldOf('User'));
    expect(tags.isEmpty).toBe(true);
  });
});
