import { isPolarError, many, nullable, one, oneOf, typed, type Authorizer } from '@nanook/core';
import { texts, type Random } from './world.fixture.js';

/** Types with columns of lists. */
export const types = {
  User: { key: 'id', fields: { id: 'Integer', tag: 'String?', level: 'Integer', tags: ['String'] } },
  Note: {
    key: 'id',
    fields: {
      id: 'Integer',
      parentId: 'Integer?',
      code: 'String?',
      level: 'Integer',
      flag: 'Boolean?',
      tags: nullable(['String']),
      names: ['String?'],
      levels: ['Integer'],
      flags: nullable(['Boolean']),
      states: [oneOf('draft', 'final')],
    },
    relations: {
      parent: one('Note', { local: 'parentId', foreign: 'id' }),
      children: many('Note', { local: 'id', foreign: 'parentId' }),
    },
  },
} as const;

export const listFields = ['tags', 'names', 'levels', 'flags', 'states'] as const;
export type ListField = (typeof listFields)[number];

/** A row, with the text of JSON for each list. `undefined` is a column without a value. */
export interface Note {
  readonly id: number;
  readonly parentId: number | null;
  readonly code: string | null;
  readonly level: number;
  readonly flag: boolean | null;
  readonly lists: Readonly<Record<ListField, string | undefined>>;
}

/** Elements of the declared types. */
export const rightElements: Readonly<Record<ListField, readonly string[]>> = {
  tags: [...texts.map((text) => JSON.stringify(text)), '"\\u0041"', '"%"', '"q\\"x"', '"null"'],
  names: ['null', '"a"', '"A"', '"1"', '""'],
  levels: ['0', '1', '-1', '2', '9007199254740991'],
  flags: ['true', 'false'],
  states: ['"draft"', '"final"'],
};
const otherElements = [
  'null',
  '"a"',
  '1',
  '1.0',
  '1e2',
  '1.5',
  '9007199254740993',
  'true',
  '"true"',
  '"other"',
  '["a"]',
  '[1]',
  '{"a":"a"}',
];
const noLists = ['null', '"a"', '1', 'true', '{"0":"a"}', undefined];

/**
 * @param elements returns the texts that the elements of a column can have
 * @param others the texts and columns without a value that stand in place of a list
 */
export function randomNotes(
  random: Random,
  elements: (field: ListField) => readonly string[] = (field) =>
    random.below(4) === 0 ? [...rightElements[field], ...otherElements] : rightElements[field],
  others: readonly (string | undefined)[] = noLists,
): readonly Note[] {
  const list = (field: ListField): string | undefined => {
    if (random.below(12) === 0) return random.of(others);
    const possible = elements(field);
    return `[${Array.from({ length: random.below(4) }, () => random.of(possible)).join(', ')}]`;
  };
  return Array.from({ length: 60 }, (_, id) => ({
    id,
    parentId: random.of([null, 0, 1, 2, 3, 4, 5, 6, 7, 8, 99]),
    code: random.of([null, 'a', 'draft', ...texts]),
    level: random.of([0, 1, 2, -1]),
    flag: random.of([null, true, false]),
    lists: Object.fromEntries(listFields.map((field) => [field, list(field)])) as Note['lists'],
  }));
}

/** Returns the rows as an application loads them. */
export function objectsOf(notes: readonly Note[]): readonly object[] {
  const rows = notes.map(({ lists, ...columns }) => ({
    ...columns,
    ...Object.fromEntries(
      listFields.map((field) => [field, lists[field] === undefined ? null : JSON.parse(lists[field])]),
    ),
    parent: null as object | null,
    children: [] as object[],
  }));
  for (const row of rows) {
    const parent = rows.find(({ id }) => id === row.parentId);
    row.parent = parent ?? null;
    parent?.children.push(row);
  }
  return rows;
}

const elements = [
  '"a" in note.tags',
  'user.tag in note.tags',
  'note.code in note.tags',
  'nil in note.tags',
  '1 in note.tags',
  'nil in note.names',
  '"a" in note.names',
  'note.code in note.names',
  'user.tag in note.names',
  '1 in note.levels',
  '100 in note.levels',
  '1.5 in note.levels',
  '"1" in note.levels',
  '9007199254740991 in note.levels',
  'user.level in note.levels',
  'note.level in note.levels',
  'note.code in note.levels',
  'true in note.flags',
  'note.flag in note.flags',
  '"draft" in note.states',
  'user.tag in note.states',
  'note.code in note.states',
  'note.code in note.parent.tags',
  'note.parent.code in note.tags',
  '"a" in note.parent.names',
];

/** The conditions of the body of a rule about a note. */
export const bodies: readonly string[] = [
  ...elements,
  ...elements.map((each) => `not ${each}`),
  'not ("a" in note.tags and note.level = 1)',
  'not (note.level = 1 and not "a" in note.tags)',
  '"a" in note.tags or note.level = 1',
  'not ("a" in note.tags or note.level = 1)',
  '"a" in note.tags and "B" in note.tags',
  'x in user.tags and x in note.tags',
  'not (x in user.tags and x in note.tags)',
  'forall(x in user.tags, x in note.tags)',
  'c in note.children and note.code in c.tags',
  'not (c in note.children and "a" in c.tags)',
  'note.tags = tags and "a" in tags',
];

export const users = [
  { id: 1, tag: 'a', level: 1, tags: ['a', 'admin'] },
  { id: 2, tag: null, level: 2, tags: [] },
  { id: 3, tag: 'null', level: 0, tags: ['B', texts[4]!] },
  { id: 4, tag: '', level: -1, tags: ['ADMIN'] },
  { id: 6, tag: 'other', level: 1, tags: ['other'] },
  { id: 5, tag: 'x\0y', level: 100, tags: ['\u{1F600}\u{1F601}'] },
].map((user) => typed('User', user));

/** Returns the ids of the rows that a check allows. An undecided check throws. */
export const allowedIds = (authorizer: Authorizer, user: object, rows: readonly object[]): number[] =>
  rows.flatMap((row) => {
    try {
      return authorizer.canSync(user, 'read', typed('Note', row)) ? [(row as Note).id] : [];
    } catch (error) {
      if (isPolarError(error) && error.code.startsWith('POLAR_UNDECIDED')) return [];
      throw error;
    }
  });
