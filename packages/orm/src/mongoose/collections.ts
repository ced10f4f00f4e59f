import { many, one, type RelationInput } from '@nanook/core';
import type { Connection, Model, Mongoose, Schema } from 'mongoose';
import type { EntityTable, EntityTables } from '../metadata/entity-table.js';
import { describePath, elementTypeOf, type AnySchemaType, type PathColumn } from './describe-path.js';
import { documentKey, keyField, pathsOf, type KeyField } from './key-fields.js';

/** A model of any documents. */
// A model has another type for each schema.
// eslint-disable-next-line typescript/no-explicit-any
export type AnyModel = Model<any, any, any, any, any, any, any>;

/** Mongoose itself, or a connection with its own models. */
export type MongooseConnection = Mongoose | Connection;

export interface MongooseOptions {
  /** The model of each type. By default each model of the connection has a type of its own name. */
  readonly models?: Readonly<Record<string, AnyModel>>;
  /**
   * `'binary'` promises that queries with the conditions compare text by code point. It is for models whose schema has a collation: add
   * `.collation({ locale: 'simple' })` to each query then. `mongooseResources` does it by itself.
   */
  readonly text?: 'binary';
}
export interface MongooseTypesOptions extends MongooseOptions {
  /**
   * `'enforced'` promises that no reference leads to a document that does not exist. Otherwise a condition about a reference looks for the
   * document, which needs an aggregation.
   */
  readonly references?: 'enforced';
}

/** A type whose rows are documents, or parts of documents. */
export interface DocumentType extends EntityTable {
  readonly columns: ReadonlyMap<string, PathColumn>;
  /** The model, for documents of a collection. */
  readonly model: AnyModel | undefined;
  /** The relations to parts of the same document, by name. */
  readonly embedded: ReadonlyMap<string, EmbeddedRelation>;
}
export interface EmbeddedRelation {
  /**
   * `nested`: an object that each document shows, also when it is not stored. `one`: a document that can be absent. `many`: a list of
   * documents.
   */
  readonly kind: 'nested' | 'one' | 'many';
  readonly path: string;
}

/** The types of the models, and of the parts of their documents. */
export interface DocumentTypes extends EntityTables {
  readonly byType: ReadonlyMap<string, DocumentType>;
}

/** Reads the schemas of the models. */
export function documentTypes(
  connection: MongooseConnection,
  { models = connection.models as Readonly<Record<string, AnyModel>>, references }: MongooseTypesOptions = {},
): DocumentTypes {
  const types = new Map(Object.entries(models).map(([type, model]) => [model, type]));
  const isEnforced = references === 'enforced';
  const all = [...types.keys()].flatMap((model) => [...new Reader(model, types, isEnforced).read()]);
  return { byType: new Map(all), joinTables: [] };
}

/** A field of each part of a document: the key of the document. A policy cannot read it. */
const parentField = 'parent.id';
const parentKey: PathColumn = {
  name: '',
  isNullable: false,
  kind: 'String',
  ormType: 'ObjectId',
  storage: 'other',
  form: undefined,
  elementForm: undefined,
  isList: false,
  missing: undefined,
};

/** A schema, or the paths of a schema that begin with a prefix. */
interface Part {
  readonly schema: Schema;
  readonly prefix: string;
  /** The schemas that contain this one. */
  readonly within: readonly Schema[];
}

interface VirtualOptions {
  readonly ref?: unknown;
  readonly localField?: unknown;
  readonly foreignField?: unknown;
  readonly justOne?: unknown;
  readonly match?: unknown;
  readonly count?: unknown;
  readonly options?: unknown;
}

/** Reads the types of one model. */
class Reader {
  constructor(
    readonly model: AnyModel,
    readonly types: ReadonlyMap<AnyModel, string>,
    readonly isEnforced: boolean,
  ) {}

  /** Returns the type of the documents, and the types of their parts. */
  *read(): Generator<readonly [string, DocumentType]> {
    const { model } = this;
    const type = this.types.get(model)!;
    const schema = model.schema as Schema;
    const own = { class: model as unknown as DocumentType['class'], model };
    yield* this.#readPart(type, { schema, prefix: '', within: [] }, own, this.#virtuals(schema));
  }

  *#readPart(
    type: string,
    part: Part,
    own: Pick<DocumentType, 'class' | 'model'>,
    virtuals: Readonly<Record<string, RelationInput>>,
  ): Generator<readonly [string, DocumentType]> {
    const { schema, prefix } = part;
    const columns = new Map<string, PathColumn>();
    const relations: Record<string, RelationInput> = { ...virtuals };
    const embedded = new Map<string, EmbeddedRelation>();
    const key = prefix === '' ? documentKey(schema) : undefined;
    const local = own.model === undefined ? parentField : (key ?? parentField);
    if (local === parentField) columns.set(parentField, parentKey);
    for (const [fullPath, schemaType] of pathsOf(schema)) {
      if (!fullPath.startsWith(prefix)) continue;
      const path = fullPath.slice(prefix.length);
      const [name] = path.split('.', 1) as [string];
      const inner = embedded.has(name) || !isPolarName(name) ? undefined : innerPart(part, name, schemaType);
      if (inner !== undefined) {
        const target = `${type}::${name}`;
        const kind = inner.prefix !== '' ? 'nested' : schemaType.instance === 'Embedded' ? 'one' : 'many';
        yield* this.#readPart(target, inner, { class: undefined, model: undefined }, {});
        embedded.set(name, { kind, path: name });
        const ends = { local, foreign: parentField };
        relations[name] = kind === 'many' ? many(target, ends) : one(target, { ...ends, optional: true });
      }
      if (name !== path || schemaType.schema !== undefined || !isPolarName(name)) continue;
      const ownKey = keyField(schema, fullPath, schemaType, name);
      const relation = ownKey && this.#reference(schemaType, ownKey);
      if (ownKey !== undefined) columns.set(ownKey.name, ownKey.column);
      if (relation !== undefined) relations[name] = relation;
      else if (ownKey?.name !== name) columns.set(name, describePath(name, schemaType));
    }
    const { collectionName } = this.model.collection;
    const keys = key === undefined ? [] : [key];
    yield [
      type,
      { ...own, name: collectionName, schema: undefined, columns, key: keys, relations, embedded },
    ];
  }

  /** Returns the relation of a path that refers to documents of a model. */
  #reference(schemaType: AnySchemaType, local: KeyField): RelationInput | undefined {
    const isMany = schemaType.instance === 'Array';
    const { ref } = (isMany ? elementTypeOf(schemaType)! : schemaType).options as { ref?: unknown };
    // A document that was not populated has the key there.
    return this.#relation(isMany, local, ref, '_id', { optional: true });
  }

  /** Returns the relations that virtual paths populate. */
  #virtuals(schema: Schema): Readonly<Record<string, RelationInput>> {
    const relations: Record<string, RelationInput> = {};
    for (const [name, virtual] of Object.entries(schema.virtuals)) {
      const { options } = virtual as unknown as { readonly options: VirtualOptions };
      const { localField: local, foreignField: foreign, count, options: limits } = options;
      const isPlain =
        typeof local === 'string' && typeof foreign === 'string' && !count && limits === undefined;
      const type = isPlain ? (schema.path(local) as AnySchemaType | undefined) : undefined;
      const key = type && keyField(schema, local as string, type);
      const where = whereOf(options.match, this.#modelOf(options.ref));
      if (key === undefined || where === undefined || !isPolarName(name)) continue;
      const isMany = options.justOne !== true;
      const relation = this.#relation(isMany, key, options.ref, foreign as string, { where });
      if (relation !== undefined) relations[name] = relation;
    }
    return relations;
  }

  #relation(
    isMany: boolean,
    local: KeyField,
    ref: unknown,
    foreignPath: string,
    others: { readonly where?: Where; readonly optional?: boolean },
  ): RelationInput | undefined {
    const target = this.#modelOf(ref);
    const type = target?.schema.path(foreignPath) as AnySchemaType | undefined;
    const foreign = type && keyField(target!.schema as Schema, foreignPath, type);
    // Mongoose converts a key to the type of the other side. MongoDB does not.
    if (foreign === undefined || foreign.column.form !== local.column.form) return undefined;
    // Only one of the documents of a list would be the related one.
    if (!isMany && local.column.isList) return undefined;
    const targetType = this.types.get(target!)!;
    const ends = { local: local.name, foreign: foreign.name, ...others };
    if (isMany) return many(targetType, ends);
    return one(targetType, { ...ends, enforced: this.isEnforced && foreignPath === '_id' });
  }

  /** Returns the model that a reference names, if all documents of its collection belong to it. */
  #modelOf(ref: unknown): AnyModel | undefined {
    for (const model of this.types.keys())
      if ((model === ref || model.modelName === ref) && model.db === this.model.db)
        return model.baseModelName === undefined ? model : undefined;
    return undefined;
  }
}

/** Returns the schema, or the paths, of the documents that a path contains. */
function innerPart({ schema, prefix, within }: Part, name: string, { path, schema: inner }: AnySchemaType) {
  if (path !== prefix + name)
    return path.startsWith(`${prefix}${name}.`) ? { schema, prefix: `${prefix}${name}.`, within } : undefined;
  if (inner === undefined) return undefined;
  const outer = [...within, schema];
  // A schema that contains itself has no end, and a discriminator decides which paths an embedded document has.
  const isFinite = !outer.includes(inner) && inner.discriminators === undefined;
  return isFinite ? { schema: inner, prefix: '', within: outer } : undefined;
}

type Where = Readonly<Record<string, string | number | boolean | null>>;

/** Returns the values that a populated document must have; `undefined` when a declaration cannot express the condition. */
function whereOf(match: unknown, target: AnyModel | undefined): Where | undefined {
  if (match === undefined) return {};
  if (typeof match !== 'object' || match === null) return undefined;
  const isExpressible = ([path, value]: [string, unknown]): boolean => {
    const type = target?.schema.path(path) as AnySchemaType | undefined;
    const column = type && describePath(path, type);
    if (column?.kind === undefined || column.missing !== undefined || !isPolarName(path)) return false;
    return value === null || ['string', 'number', 'boolean'].includes(typeof value);
  };
  return Object.entries(match).every(isExpressible) ? (match as Where) : undefined;
}

/** Returns whether a policy can read a field of this name. */
const isPolarName = (name: string): boolean => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name);
