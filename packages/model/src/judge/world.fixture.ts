import { many, nullable, one, typed, type TypesInput } from '@nanook/core';
import type { Field, TypeDeclaration, TypeDeclarations } from '../model.js';
import { Thing } from '../model.js';
import type { Random } from './random.fixture.js';

// Worlds of users, organizations, folders and documents: the rows of a database, the objects that an application loads from them, and the
// things that the model reads. Hostile worlds have values that contradict their declarations.

export type TypeName = 'User' | 'Org' | 'Membership' | 'Folder' | 'Doc' | 'Comment';
export type ColumnKind = 'text' | 'integer' | 'float' | 'boolean';

interface Column {
  readonly kind: ColumnKind;
  readonly isNullable: boolean;
}
interface Relation {
  readonly to: TypeName;
  readonly isMany: boolean;
  readonly local: string;
  readonly foreign: string;
}
interface Table {
  readonly columns: Readonly<Record<string, Column>>;
  readonly relations: Readonly<Record<string, Relation>>;
}

const column = (kind: ColumnKind, isNullable = false): Column => ({ kind, isNullable });
const id = column('integer');
const text = column('text');
const textOrNil = column('text', true);
const numberOrNil = column('integer', true);
const boolean = column('boolean');
const toOne = (to: TypeName, local: string): Relation => ({ to, isMany: false, local, foreign: 'id' });
const toMany = (to: TypeName, foreign: string): Relation => ({ to, isMany: true, local: 'id', foreign });

export const tables: Readonly<Record<TypeName, Table>> = {
  User: {
    columns: {
      id,
      name: text,
      role: textOrNil,
      age: numberOrNil,
      isAdmin: boolean,
      orgId: numberOrNil,
      managerId: numberOrNil,
    },
    relations: {
      org: toOne('Org', 'orgId'),
      manager: toOne('User', 'managerId'),
      memberships: toMany('Membership', 'userId'),
    },
  },
  Org: {
    columns: { id, name: text, plan: textOrNil, parentId: numberOrNil },
    relations: { parent: toOne('Org', 'parentId'), members: toMany('User', 'orgId') },
  },
  Membership: {
    columns: { id, userId: numberOrNil, orgId: numberOrNil, role: text },
    relations: { user: toOne('User', 'userId'), org: toOne('Org', 'orgId') },
  },
  Folder: {
    columns: { id, name: textOrNil, isPublic: boolean, ownerId: numberOrNil, parentId: numberOrNil },
    relations: {
      owner: toOne('User', 'ownerId'),
      parent: toOne('Folder', 'parentId'),
      children: toMany('Folder', 'parentId'),
      docs: toMany('Doc', 'folderId'),
    },
  },
  Doc: {
    columns: {
      id,
      title: text,
      path: textOrNil,
      size: numberOrNil,
      score: column('float', true),
      isPublic: boolean,
      isLocked: column('boolean', true),
      kind: text,
      ownerId: numberOrNil,
      folderId: numberOrNil,
      orgId: numberOrNil,
    },
    relations: {
      owner: toOne('User', 'ownerId'),
      folder: toOne('Folder', 'folderId'),
      org: toOne('Org', 'orgId'),
      comments: toMany('Comment', 'docId'),
    },
  },
  Comment: {
    columns: { id, docId: numberOrNil, authorId: numberOrNil, text: textOrNil, rank: numberOrNil },
    relations: { doc: toOne('Doc', 'docId'), author: toOne('User', 'authorId') },
  },
};
export const typeNames = Object.keys(tables) as TypeName[];

/** The first key of each type: no two objects of a world have the same key, because the tag of an object can be that of another type. */
export const firstKeys: Readonly<Record<TypeName, number>> = {
  User: 1,
  Org: 11,
  Membership: 21,
  Folder: 31,
  Doc: 41,
  Comment: 51,
};

/** The texts of rows and policies. They are few, so that random conditions hold often. */
export const texts = ['a', 'b', 'read', 'owner', 'member', 'x/a', 'note', 'æ', '😀a'];

/** How the types of a world are declared. */
export interface Declarations {
  /** The types whose objects are instances of classes. */
  readonly classes: readonly TypeName[];
  /** Whether the types declare only their keys. */
  readonly areBare: boolean;
  /** Whether the type `Note` extends `Doc`, and how it shows: by the field `kind`, or by a tag. */
  readonly notes: 'none' | 'discriminated' | 'tagged';
  /** The lists of texts of users can contain nil. */
  readonly labelsHaveNil: boolean;
}

/** An object of a world: its type, its tag, and its attributes. An attribute that is an object refers to the other things of the world. */
export interface Item {
  readonly type: TypeName;
  tag: TypeName | 'Note' | undefined;
  readonly attributes: Record<string, Attribute>;
}
export type Attribute =
  | null
  | undefined
  | boolean
  | number
  | string
  | { readonly thing: number }
  | { readonly list: readonly Attribute[] }
  | { readonly promise: Attribute };

export interface World {
  readonly declarations: Declarations;
  readonly items: readonly Item[];
  /** Whether a database can hold the rows of the world. */
  readonly isStorable: boolean;
}

export function randomWorld(random: Random): World {
  const isStorable = random.chance(0.5);
  const classes = typeNames.filter(() => random.chance(0.2));
  const declarations: Declarations = {
    classes,
    areBare: random.chance(0.12),
    // Only a type of rows can be extended by name.
    notes: classes.includes('Doc')
      ? 'none'
      : random.of(isStorable ? ['none', 'discriminated'] : ['none', 'none', 'discriminated', 'tagged']),
    labelsHaveNil: random.chance(0.5),
  };
  const items: Item[] = [];
  const counts: Record<TypeName, number> = { User: 4, Org: 3, Membership: 5, Folder: 5, Doc: 6, Comment: 5 };
  for (const type of typeNames)
    for (let i = 0; i < counts[type]; i++)
      items.push(randomItem(random, type, firstKeys[type] + i, counts, declarations));
  for (const item of items) relate(item, items);
  if (!isStorable) for (let i = random.below(12); i > 0; i--) spoil(random, items, declarations);
  return { declarations, items, isStorable };
}

function randomItem(
  random: Random,
  type: TypeName,
  key: number,
  counts: Readonly<Record<TypeName, number>>,
  { classes, notes }: Declarations,
): Item {
  const attributes: Record<string, Attribute> = {};
  for (const [name, { kind, isNullable }] of Object.entries(tables[type].columns)) {
    const relation = Object.values(tables[type].relations).find(
      (each) => !each.isMany && each.local === name,
    );
    if (name === 'id') attributes[name] = key;
    else if (isNullable && random.chance(0.25)) attributes[name] = null;
    // A key can lead to no row.
    else if (relation !== undefined)
      attributes[name] =
        firstKeys[relation.to] + random.below(counts[relation.to] + (random.chance(0.1) ? 2 : 0));
    else if (name === 'kind') attributes[name] = random.of(['note', 'doc', 'a']);
    else attributes[name] = randomValue(random, kind);
  }
  if (type === 'User') attributes['labels'] = { list: random.times(random.below(4), () => random.of(texts)) };
  const isNote = type === 'Doc' && notes === 'tagged' && !classes.includes('Doc') && random.chance(0.5);
  return { type, tag: isNote ? 'Note' : type, attributes };
}

export function randomValue(random: Random, kind: ColumnKind): string | number | boolean {
  switch (kind) {
    case 'text':
      return random.of(texts);
    case 'integer':
      return random.below(6);
    case 'float':
      return random.of([0, 0.5, 1, 2.25, -1]);
    case 'boolean':
      return random.chance(0.5);
  }
}

function relate(item: Item, items: readonly Item[]): void {
  for (const [name, { to, isMany, local, foreign }] of Object.entries(tables[item.type].relations)) {
    const key = item.attributes[local];
    const found = [...items.keys()].filter(
      (i) => items[i]!.type === to && key !== null && items[i]!.attributes[foreign] === key,
    );
    const [first] = found;
    item.attributes[name] = isMany
      ? { list: found.map((thing) => ({ thing })) }
      : first === undefined
        ? null
        : { thing: first };
  }
}

/** Gives an attribute of an object a value that its declaration may not allow. */
function spoil(random: Random, items: readonly Item[], { areBare }: Declarations): void {
  const item = random.of(items);
  const name = random.of(Object.keys(item.attributes));
  const before = item.attributes[name];
  const value = (): Attribute =>
    random.of<Attribute>([
      undefined,
      undefined,
      null,
      null,
      5,
      1.5,
      'a',
      '5',
      true,
      { thing: random.below(items.length) },
      { thing: random.below(items.length) },
      { list: [] },
    ]);
  if (name === 'id') {
    if (random.chance(0.2)) item.attributes['id'] = random.of([undefined, null]);
    return;
  }
  if (typeof before === 'object' && before !== null && 'list' in before && random.chance(0.7)) {
    const list = before.list.toSpliced(
      random.below(before.list.length + 1),
      random.below(2),
      value() ?? null,
    );
    item.attributes[name] = { list };
  } else item.attributes[name] = value();
  // A row without a tag has the type of the field through which it was read. Without declared fields, it would be compared by its contents.
  if (!areBare && random.chance(0.5)) random.of(items).tag = undefined;
  if (random.chance(0.1)) random.of(items).tag = random.of(typeNames);
}

// ── for the model ──

export function declarationsOf({ declarations }: World): TypeDeclarations {
  const { areBare, notes } = declarations;
  const found: Record<string, TypeDeclaration> = {};
  for (const type of typeNames)
    found[type] = { key: ['id'], ...(areBare ? {} : { fields: fieldsOf(type, declarations) }) };
  if (notes !== 'none')
    found['Note'] = {
      extends: ['Doc'],
      ...(notes === 'discriminated' && { discriminator: { field: 'kind', value: 'note' } }),
    };
  return found;
}

function fieldsOf(type: TypeName, { labelsHaveNil }: Declarations): Record<string, Field> {
  const kinds = { text: 'String', integer: 'Integer', float: 'Float', boolean: 'Boolean' } as const;
  const fields: Record<string, Field> = {};
  for (const [name, { kind, isNullable }] of Object.entries(tables[type].columns))
    fields[name] = { type: kinds[kind], isNullable };
  for (const [name, { to, isMany }] of Object.entries(tables[type].relations))
    fields[name] = { type: to, isList: isMany, isNullable: true };
  if (type === 'User') fields['labels'] = { type: 'String', isList: true, hasNil: labelsHaveNil };
  return fields;
}

/** Returns the things of a world in the order of its items. */
export function thingsOf({ items, declarations: { classes } }: World): readonly Thing[] {
  const things = items.map(({ tag }) => {
    const isInstance = tag !== undefined && tag !== 'Note' && classes.includes(tag);
    return new Thing(tag, {}, !isInstance);
  });
  const valueOf = (value: Attribute): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if ('thing' in value) return things[value.thing];
    return 'list' in value ? value.list.map(valueOf) : valueOf(value.promise);
  };
  for (const [i, thing] of things.entries()) {
    for (const [name, value] of Object.entries(items[i]!.attributes)) thing.attributes[name] = valueOf(value);
    if (thing.type === 'User' && !thing.isPlain)
      thing.attributes['isNamed'] = (name: unknown) => thing.attributes['name'] === name;
  }
  return things;
}

// ── for the engines ──

class User {
  name?: unknown;
  isNamed(name: unknown): boolean {
    return this.name === name;
  }
}
class Org {}
class Membership {}
class Folder {}
class Doc {}
class Comment {}
const classes = { User, Org, Membership, Folder, Doc, Comment } as const;

export function typesInputOf({ declarations }: World): TypesInput {
  const { areBare, notes } = declarations;
  const found: Record<string, object> = {};
  for (const type of typeNames)
    found[type] = {
      key: 'id',
      ...(declarations.classes.includes(type) && { class: classes[type] }),
      ...(areBare ? {} : placesOf(type, declarations)),
    };
  if (notes !== 'none')
    found['Note'] = { extends: 'Doc', ...(notes === 'discriminated' && { discriminator: { kind: 'note' } }) };
  return found as TypesInput;
}

function placesOf(type: TypeName, { labelsHaveNil }: Declarations): object {
  const kinds = { text: 'String', integer: 'Integer', float: 'Float', boolean: 'Boolean' } as const;
  const fields: Record<string, unknown> = {};
  const relations: Record<string, unknown> = {};
  for (const [name, { kind, isNullable }] of Object.entries(tables[type].columns))
    fields[name] = isNullable ? nullable(kinds[kind]) : kinds[kind];
  if (type === 'User') fields['labels'] = [labelsHaveNil ? 'String?' : 'String'];
  for (const [name, { to, isMany, local, foreign }] of Object.entries(tables[type].relations))
    relations[name] = (isMany ? many : one)(to, { local, foreign });
  return { fields, relations };
}

/** Returns the objects of a world in the order of its items. */
export function objectsOf({ items, declarations }: World): readonly object[] {
  const objects = items.map(({ tag }): object => {
    if (tag === undefined) return {};
    if (tag !== 'Note' && declarations.classes.includes(tag)) return new classes[tag]();
    return typed(tag, {});
  });
  const valueOf = (value: Attribute): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if ('thing' in value) return objects[value.thing];
    return 'list' in value ? value.list.map(valueOf) : Promise.resolve(valueOf(value.promise));
  };
  for (const [i, object] of objects.entries())
    for (const [name, value] of Object.entries(items[i]!.attributes))
      if (value !== undefined) (object as Record<string, unknown>)[name] = valueOf(value);
  return objects;
}
