import type { TypesInput } from '@nanook/core';
import { Aggregator } from 'mingo/aggregator';
import { Context, evalExpr } from 'mingo/core';
import * as accumulator from 'mingo/operators/accumulator';
import * as expression from 'mingo/operators/expression';
import * as pipeline from 'mingo/operators/pipeline';
import * as projection from 'mingo/operators/projection';
import * as query from 'mingo/operators/query';
import { compare } from 'mingo/util';
import { Mongoose, Schema, type SchemaDefinition } from 'mongoose';
import { typesFromMongoose } from '../mongoose/index.js';
import type { World } from './oracle.fixture.js';
import { columns, kindOf, tableOf, camel, type ColumnKind, type Tables } from './world.fixture.js';

// No server of MongoDB runs in the tests. Mongoose casts the queries as it does for a server, they go through BSON as on the wire, and mingo
// answers them from memory: an emulation, which follows the documentation of MongoDB.

type Document = Readonly<Record<string, unknown>>;
type Stage = Readonly<Record<string, unknown>>;

/** The collections of an emulated database. */
export class MongoEmulator {
  readonly collections = new Map<string, Document[]>();
  readonly queries: string[] = [];

  constructor(readonly base: Mongoose) {}

  /** Answers the queries of all models that are defined. */
  connect(): void {
    for (const model of Object.values(this.base.models)) {
      const { collectionName } = model.collection;
      Object.assign(model.collection, {
        find: (filter: Document, options: FindOptions) =>
          cursorOf(() => this.#aggregate(collectionName, 'find', stagesOf(filter, options))),
        countDocuments: async (filter: Document) =>
          this.#aggregate(collectionName, 'count', [{ $match: filter }]).length,
        aggregate: (stages: readonly Stage[]) =>
          cursorOf(() => this.#aggregate(collectionName, 'aggregate', stages)),
      });
    }
  }

  /** Replaces the documents of a collection. */
  fill(collection: string, documents: readonly Document[]): void {
    this.collections.set(
      collection,
      documents.map((each) => this.#wired({ _id: new this.base.Types.ObjectId(), ...each })),
    );
  }

  #aggregate(collection: string, operation: string, given: readonly Stage[]): Document[] {
    const { stages } = this.#wired({ stages: given }) as { readonly stages: readonly Stage[] };
    this.queries.push(`${operation} ${JSON.stringify(stages)}`);
    const collectionResolver = (name: string) => this.collections.get(name) ?? [];
    return new Aggregator(stages as never, { collectionResolver, context: operators() }).run(
      collectionResolver(collection),
    ) as Document[];
  }

  /** Returns a document after its way to the server. */
  #wired(document: Document): Document {
    const { BSON } = this.base.mongo;
    return BSON.deserialize(BSON.serialize(document));
  }
}

const cursorOf = (run: () => Document[]) => ({ toArray: async () => run() });

interface FindOptions {
  readonly sort?: Document;
  readonly skip?: number;
  readonly limit?: number;
  readonly projection?: Document;
}

function stagesOf(filter: Document, { sort, skip, limit, projection }: FindOptions): readonly Stage[] {
  const order = sort instanceof Map ? (Object.fromEntries(sort) as Document) : sort;
  return [
    { $match: filter },
    ...(order === undefined ? [] : [{ $sort: order }]),
    ...(skip === undefined ? [] : [{ $skip: skip }]),
    ...(limit === undefined ? [] : [{ $limit: limit }]),
    ...(projection === undefined ? [] : [{ $project: projection }]),
  ];
}

/** Returns the operators of mingo, with those replaced that differ from the documentation of MongoDB, and those added that it lacks. */
function operators(): Context {
  const { $lookup, ...stages } = pipeline;
  const { $toString, ...expressions } = expression;
  return Context.init({
    accumulator,
    projection,
    // NaN is in no order with another number.
    query: {
      ...query,
      $gte: (path: string, value: unknown, options: never) => {
        const holds = query.$gte(path, value as never, options);
        const isNumber = query.$ne(path, NaN as never, options);
        return (document: never) => isNumber(document) && holds(document);
      },
      // NaN is a number.
      $type: (path: string, type: never, options: never) => {
        const holds = query.$type(path, type, options);
        const isNaN = query.$eq(path, NaN as never, options);
        return (document: never) => holds(document) || (type === 'number' && isNaN(document));
      },
    },
    expression: {
      ...expressions,
      $lt: ordered((order) => order < 0),
      $lte: ordered((order) => order <= 0),
      $gt: ordered((order) => order > 0),
      $gte: ordered((order) => order >= 0),
      $indexOfCP: (document: never, sides: never, options: never) => {
        const [text, part, start = 0] = evalExpr(document, sides, options) as [string, string, number?];
        const rest = [...text].slice(start).join('');
        const at = rest.indexOf(part);
        return at === -1 ? -1 : start + Array.from(rest.slice(0, at)).length;
      },
      $strLenCP: (document: never, text: never, options: never) =>
        [...(evalExpr(document, text, options) as string)].length,
      $isNumber: (document: never, value: never, options: never) =>
        typeof evalExpr(document, value, options) === 'number',
      $toString: (document: never, value: never, options: never) => {
        const found: unknown = evalExpr(document, value, options);
        const isObjectId = (found as { readonly _bsontype?: unknown } | undefined)?._bsontype === 'ObjectId';
        return isObjectId ? String(found) : $toString(document, value, options);
      },
    },
    // Mingo ignores the fields of a stage that also has a pipeline, so the pipeline compares them.
    pipeline: {
      ...stages,
      $lookup: (documents: never, stage: Document, options: never) =>
        $lookup(documents, joinedByPipeline(stage) as never, options),
    },
  } as never);
}

function ordered(holds: (order: number) => boolean) {
  return (document: never, sides: never, options: never): boolean => {
    const [left, right] = evalExpr(document, sides, options) as [unknown, unknown];
    return holds(orderOf(left, right));
  };
}

/** Returns the order of two values of an expression, which have an order also when their types differ. NaN is below all other numbers. */
function orderOf(left: unknown, right: unknown): number {
  const hasNaN = Number.isNaN(left) || Number.isNaN(right);
  return hasNaN && typeof left === typeof right
    ? Number(Number.isNaN(right)) - Number(Number.isNaN(left))
    : compare(left, right);
}

function joinedByPipeline(stage: Document): Document {
  const { localField, foreignField, let: variables = {}, pipeline: inner, ...rest } = stage;
  if (localField === undefined) return stage;
  const foreign = { $ifNull: [`$${foreignField as string}`, null] };
  const local = '$$local';
  const isJoined = {
    $cond: [
      { $isArray: local },
      { $in: [foreign, local] },
      { $cond: [{ $isArray: foreign }, { $in: [local, foreign] }, { $eq: [local, foreign] }] },
    ],
  };
  const own = { ...(variables as Document), local: { $ifNull: [`$${localField as string}`, null] } };
  return { ...rest, let: own, pipeline: [{ $match: { $expr: isJoined } }, ...(inner as readonly Stage[])] };
}

const schemaTypes = {
  // Mongoose has it since 8.9.
  integer: (Schema.Types.Int32 as typeof Schema.Types.Int32 | undefined) ?? Number,
  float: Number,
  text: String,
  boolean: Boolean,
} as const;

const pathsOf = (table: keyof typeof columns): SchemaDefinition =>
  Object.fromEntries(
    Object.entries(columns[table] as Readonly<Record<string, ColumnKind>>).map(([column, kind]) => [
      camel(column),
      { type: schemaTypes[kindOf(kind)], ...(!kind.endsWith('?') && { required: true }) },
    ]),
  );

/** Returns Mongoose without a connection, whose models wait for no server. */
export function mongooseWithoutServer(): Mongoose {
  const base = new Mongoose();
  base.set({ autoIndex: false, autoCreate: false });
  return base;
}

export interface WorldOptions {
  /** Whether documents contain copies of their owner and of their comments. */
  readonly isEmbedded?: boolean;
}

/** Defines the models of the world. Tags are references in a list, and the other relations are virtual paths. */
function worldModels(base: Mongoose, { isEmbedded = false }: WorldOptions): void {
  const schemas = Object.fromEntries(
    Object.entries(tableOf).map(([type, table]) => [type, new Schema(pathsOf(table))]),
  );
  const relate = (from: string, name: string, ref: string, localField: string, foreignField: string) =>
    schemas[from]!.virtual(name, {
      ref,
      localField,
      foreignField,
      justOne: foreignField === 'id' && name !== 'tags',
    });
  schemas['Document']!.add({ tagIds: [schemaTypes.integer] });
  relate('User', 'documents', 'Document', 'id', 'ownerId');
  relate('Folder', 'owner', 'User', 'ownerId', 'id');
  relate('Folder', 'parent', 'Folder', 'parentId', 'id');
  relate('Folder', 'documents', 'Document', 'id', 'folderId');
  if (isEmbedded) {
    schemas['Document']!.add({
      owner: new Schema(pathsOf('users')),
      comments: [new Schema(pathsOf('comments'))],
    });
  } else {
    relate('Document', 'owner', 'User', 'ownerId', 'id');
    relate('Document', 'comments', 'Comment', 'id', 'documentId');
  }
  relate('Document', 'reviewer', 'User', 'reviewerId', 'id');
  relate('Document', 'folder', 'Folder', 'folderId', 'id');
  relate('Document', 'tags', 'Tag', 'tagIds', 'id');
  relate('Comment', 'document', 'Document', 'documentId', 'id');
  relate('Comment', 'author', 'User', 'authorId', 'id');
  for (const [type, schema] of Object.entries(schemas)) base.model(type, schema, tableOf[type]);
}

/** Returns the documents of the world by collection. A path without a value is missing in some documents, and null in others. */
function worldDocuments(
  data: Tables,
  { isEmbedded = false }: WorldOptions,
): Readonly<Record<string, readonly Document[]>> {
  const found: Record<string, Document[]> = {};
  for (const table of Object.values(tableOf))
    found[table] = data[table].map((row, i) => {
      const stored = Object.entries(row).filter(([, value]) => value !== null || i % 2 === 0);
      return Object.fromEntries(stored.map(([column, value]) => [camel(column), value]));
    });
  const related = (document: Document, i: number): Document => {
    const owner = found['users']!.find((each) => each['id'] === document['ownerId']);
    const comments = found['comments']!.filter((each) => each['documentId'] === document['id']);
    const parts =
      owner !== undefined ? { owner, comments } : i % 2 === 0 ? { owner: null, comments } : { comments };
    const links = data.document_tags.filter((each) => each['document_id'] === document['id']);
    return { ...document, ...(isEmbedded && parts), tagIds: links.map((each) => each['tag_id']) };
  };
  return { ...found, documents: found['documents']!.map(related) };
}

/** Mongoose with the models of the world, and the emulated database that answers it. */
export function mongooseOnEmulator(options: WorldOptions = {}): {
  readonly base: Mongoose;
  readonly queries: readonly string[];
  readonly database: { fill(data: Tables): Promise<void>; readonly world: World };
} {
  const base = mongooseWithoutServer();
  worldModels(base, options);
  const emulator = new MongoEmulator(base);
  emulator.connect();
  const fill = async (data: Tables) => {
    const documents = worldDocuments(data, options);
    for (const table of Object.values(tableOf)) emulator.fill(table, documents[table]!);
  };
  return { base, queries: emulator.queries, database: { fill, world: mongooseWorld(base, emulator) } };
}

/** Returns the world whose rows are documents of Mongoose. Their related documents are there as if they were populated. */
function mongooseWorld(base: Mongoose, emulator: MongoEmulator): World {
  const declared = typesFromMongoose(base);
  // The rows of the world have numbers as keys, which policies compare.
  const types = Object.fromEntries(
    Object.entries(declared).map(([name, type]) => [name, { ...type, key: 'id' }]),
  );
  return {
    types: types as TypesInput,
    objectsOf: () => {
      const documents = Object.fromEntries(
        Object.entries(tableOf).map(([type, table]) => [
          type,
          emulator.collections.get(table)!.map((stored) => base.model(type).hydrate(stored) as Document),
        ]),
      );
      for (const [type, { relations = {}, class: model }] of Object.entries(declared))
        for (const [name, { kind, type: target, local, foreign }] of Object.entries(relations))
          // Parts of a document are there by themselves.
          for (const row of model === undefined || foreign === 'parent.id' ? [] : documents[type]!)
            populate(row, name, () => {
              const key = row[fieldOf(local)];
              const keys: readonly unknown[] = Array.isArray(key) ? key : [key];
              const found = documents[target]!.filter((each) => isKey(each[fieldOf(foreign)], keys));
              return kind === 'one' ? (found[0] ?? null) : found;
            });
      return documents;
    },
  };
}

const fieldOf = (key: string | readonly string[]): string => (key as string).replace(/\.id$/, '');

const isKey = (value: unknown, keys: readonly unknown[]): boolean =>
  value !== null && value !== undefined && keys.includes(value);

const populate = (row: Document, name: string, get: () => unknown): void =>
  void Object.defineProperty(row, name, { get, enumerable: true });
