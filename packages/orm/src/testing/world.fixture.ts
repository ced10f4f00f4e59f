import { many, manyThrough, one, optional, type TypesInput } from '@nanook/core';

// cspell:ignore ádmin

// A world of documents, folders, people, comments and tags, with the rows that break filters: NULL, dangling keys, cycles, duplicates,
// texts that differ in case, accents or trailing blanks. Related rows are read as a loaded row of an ORM shows them.

interface Row {
  readonly [field: string]: unknown;
}

export interface Tables {
  readonly users: readonly Row[];
  readonly folders: readonly Row[];
  readonly documents: readonly Row[];
  readonly comments: readonly Row[];
  readonly tags: readonly Row[];
  readonly document_tags: readonly Row[];
}

/** The columns of each table with their kind of SQL type. The names differ from the fields where a `_` is. */
export const columns: Readonly<Record<keyof Tables, Readonly<Record<string, ColumnKind>>>> = {
  users: { id: 'integer', name: 'text', role: 'text?', active: 'boolean?', level: 'integer?' },
  folders: {
    id: 'integer',
    name: 'text?',
    is_public: 'boolean?',
    owner_id: 'integer?',
    parent_id: 'integer?',
  },
  documents: {
    id: 'integer',
    title: 'text?',
    status: 'text',
    is_public: 'boolean?',
    priority: 'integer?',
    score: 'float?',
    owner_id: 'integer?',
    reviewer_id: 'integer?',
    folder_id: 'integer?',
  },
  comments: {
    id: 'integer',
    document_id: 'integer?',
    author_id: 'integer?',
    text: 'text?',
    rank: 'integer?',
  },
  tags: { id: 'integer', name: 'text?', weight: 'integer?' },
  document_tags: { document_id: 'integer', tag_id: 'integer' },
};
export type ColumnKind = 'integer' | 'integer?' | 'float?' | 'text' | 'text?' | 'boolean?';

/** The kind of a column without its nullability. */
export const kindOf = (kind: ColumnKind) => kind.replace('?', '') as 'integer' | 'float' | 'text' | 'boolean';

export const tableOf: Readonly<Record<string, keyof Tables>> = {
  User: 'users',
  Folder: 'folders',
  Document: 'documents',
  Comment: 'comments',
  Tag: 'tags',
};
export const camel = (column: string): string =>
  column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The tables as the options of an adapter name them. */
export const tables = Object.fromEntries(
  Object.entries(tableOf).map(([type, table]) => [
    type,
    {
      table,
      columns: Object.fromEntries(Object.keys(columns[table]).map((column) => [camel(column), column])),
    },
  ]),
);

export const types: TypesInput = {
  User: {
    key: 'id',
    fields: {
      id: 'Integer',
      name: String,
      role: optional(String),
      active: optional(Boolean),
      level: 'Integer?',
    },
    relations: { documents: many('Document', { local: 'id', foreign: 'ownerId' }) },
  },
  Folder: {
    key: 'id',
    fields: {
      id: 'Integer',
      name: 'String?',
      isPublic: 'Boolean?',
      ownerId: 'Integer?',
      parentId: 'Integer?',
    },
    relations: {
      owner: one('User', { local: 'ownerId', foreign: 'id' }),
      parent: one('Folder', { local: 'parentId', foreign: 'id' }),
      documents: many('Document', { local: 'id', foreign: 'folderId' }),
    },
  },
  Document: {
    key: 'id',
    fields: {
      id: 'Integer',
      title: 'String?',
      status: 'String',
      isPublic: 'Boolean?',
      priority: 'Integer?',
      score: 'Float?',
      ownerId: 'Integer?',
      reviewerId: 'Integer?',
      folderId: 'Integer?',
    },
    relations: {
      owner: one('User', { local: 'ownerId', foreign: 'id' }),
      reviewer: one('User', { local: 'reviewerId', foreign: 'id' }),
      folder: one('Folder', { local: 'folderId', foreign: 'id' }),
      comments: many('Comment', { local: 'id', foreign: 'documentId' }),
      tags: manyThrough('Tag', {
        through: 'document_tags',
        local: 'id',
        throughLocal: 'document_id',
        throughForeign: 'tag_id',
        foreign: 'id',
      }),
    },
  },
  Comment: {
    key: 'id',
    fields: {
      id: 'Integer',
      documentId: 'Integer?',
      authorId: 'Integer?',
      text: 'String?',
      rank: 'Integer?',
    },
    relations: {
      document: one('Document', { local: 'documentId', foreign: 'id' }),
      author: one('User', { local: 'authorId', foreign: 'id' }),
    },
  },
  Tag: { key: 'id', fields: { id: 'Integer', name: 'String?', weight: 'Integer?' } },
};

/** The rows as objects, with their related rows as properties. */
export function objectsOf(data: Tables): Readonly<Record<string, readonly Row[]>> {
  const objects: Record<string, Row[]> = {};
  const byId = (type: string, id: unknown) => objects[type]!.find((row) => row['id'] === id) ?? null;
  const related: Record<string, Record<string, (row: Row) => unknown>> = {
    User: { documents: (row) => objects['Document']!.filter((each) => each['ownerId'] === row['id']) },
    Folder: {
      owner: (row) => byId('User', row['ownerId']),
      parent: (row) => byId('Folder', row['parentId']),
      documents: (row) => objects['Document']!.filter((each) => each['folderId'] === row['id']),
    },
    Document: {
      owner: (row) => byId('User', row['ownerId']),
      reviewer: (row) => byId('User', row['reviewerId']),
      folder: (row) => byId('Folder', row['folderId']),
      comments: (row) => objects['Comment']!.filter((each) => each['documentId'] === row['id']),
      tags: (row) =>
        data.document_tags
          .filter((each) => each['document_id'] === row['id'])
          .flatMap((each) => byId('Tag', each['tag_id']) ?? []),
    },
    Comment: {
      document: (row) => byId('Document', row['documentId']),
      author: (row) => byId('User', row['authorId']),
    },
    Tag: {},
  };
  for (const [type, table] of Object.entries(tableOf)) {
    objects[type] = data[table].map((stored) => {
      const row = Object.fromEntries(Object.entries(stored).map(([column, value]) => [camel(column), value]));
      for (const [name, read] of Object.entries(related[type]!))
        Object.defineProperty(row, name, { get: () => read(row), enumerable: true });
      return row;
    });
  }
  return objects;
}

/** A source of random choices that a seed determines. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0 || 1;
  }
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}

export const texts = [
  'admin',
  'Admin',
  'ADMIN',
  'admin ',
  'ádmin',
  '',
  ' ',
  'a',
  'B',
  'b',
  'ß',
  "o'?:x $1",
  '10',
  '9',
  'a%n',
  'a_\\',
  'null',
  '\u{1F600}\u{1F601}',
];
const numbers = [null, -3, -1, 0, 1, 2, 3, 5, 10];
const floats = [null, -1.5, 0, 0.5, 1, 2.25, 10];
const flags = [null, true, false];

export function randomTables(seed: number, count = 40): Tables {
  const random = new Random(seed);
  const id = (limit: number) => random.of([null, ...Array.from({ length: limit + 1 }, (_, i) => i + 1)]);
  const rows = (length: number, make: (id: number) => Row) => Array.from({ length }, (_, i) => make(i + 1));
  const text = () => random.of([null, ...texts]);
  return {
    users: rows(5, (own) => ({
      id: own,
      name: random.of(texts),
      role: text(),
      active: random.of(flags),
      level: random.of(numbers),
    })),
    folders: rows(6, (own) => ({
      id: own,
      name: text(),
      is_public: random.of(flags),
      owner_id: id(5),
      parent_id: id(6),
    })),
    documents: rows(count, (own) => ({
      id: own,
      title: text(),
      status: random.of(texts),
      is_public: random.of(flags),
      priority: random.of(numbers),
      score: random.of(floats),
      owner_id: id(5),
      reviewer_id: id(5),
      folder_id: id(6),
    })),
    comments: rows(count, (own) => ({
      id: own,
      document_id: id(count),
      author_id: id(5),
      text: text(),
      rank: random.of(numbers),
    })),
    tags: rows(5, (own) => ({ id: own, name: text(), weight: random.of(numbers) })),
    document_tags: [
      ...new Map(
        rows(count, () => ({ document_id: random.below(count) + 1, tag_id: random.below(6) + 1 })).map(
          (row) => [JSON.stringify(row), row],
        ),
      ).values(),
    ],
  };
}
