import { optional, type TypeDeclaration } from '@nanook/core';
import { withoutTests, type RowCondition, type RowFilter } from '@nanook/core/filter';
import type { Mongoose, PipelineStage } from 'mongoose';
import { requireCondition } from '../errors/require-condition.js';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { typesFromTables } from '../metadata/types-from-tables.js';
import { requireSameCast } from './cast.js';
import { requireCodePoints } from './collation.js';
import {
  documentTypes,
  type AnyModel,
  type MongooseConnection,
  type MongooseOptions,
  type MongooseTypesOptions,
} from './collections.js';
import { Documents } from './documents.js';
import { everything, nothing } from './match.js';
import { FilterPrinter, sent, type Stage } from './print-filter.js';
import { Values } from './values.js';

/** A filter for `find` and other queries of Mongoose. It is never empty: an empty filter finds every document. */
export interface MongooseFilter {
  // A model has another type of filter for each schema.
  // eslint-disable-next-line typescript/no-explicit-any
  $and: any[];
}

/**
 * Makes a function that turns conditions of `authorizer.where` into filters of Mongoose. The models are read for the first condition.
 *
 * A filter reads one collection. The function throws a {@link NanookOrmError} for a condition that needs documents of another collection;
 * {@link mongoosePipeline} expresses it.
 *
 * @param connection Mongoose itself, or a connection with its own models
 * @example
 * const list = mongooseFilter(mongoose);
 * const condition = await authorizer.where(user, 'read', 'Document');
 * await Document.find({ $and: [list(condition), { status: 'open' }] }).sort({ title: 1 }).limit(20);
 */
export function mongooseFilter(
  connection: MongooseConnection,
  options: MongooseOptions = {},
): (condition: RowCondition) => MongooseFilter {
  const ready = queriesOf(connection, options);
  return (condition) => ready().filter(requireCondition(condition));
}

/**
 * Makes a function that turns conditions of `authorizer.where` into the first stages of an aggregation, which look up related documents.
 *
 * @param connection Mongoose itself, or a connection with its own models
 * @example
 * const stages = mongoosePipeline(mongoose);
 * const condition = await authorizer.where(user, 'read', 'Document');
 * await Document.aggregate([...stages(condition), { $sort: { title: 1 } }, { $limit: 20 }]);
 */
export function mongoosePipeline(
  connection: MongooseConnection,
  options: MongooseOptions = {},
): (condition: RowCondition) => PipelineStage[] {
  const ready = queriesOf(connection, options);
  return (condition) => ready().pipeline(requireCondition(condition)) as unknown as PipelineStage[];
}

/**
 * Returns the declarations of types for `Authorizer.load`: the classes, the fields, the keys and the relations of the models. A path whose
 * values a query cannot compare as JavaScript does is declared as `Object`. A part of a document has a type of its own, such as
 * `Document::address`.
 *
 * @param connection Mongoose itself, or a connection with its own models
 * @example
 * const authorizer = await Authorizer.load({ policies: 'policy/*.polar', types: typesFromMongoose(mongoose) });
 */
export const typesFromMongoose = (
  connection: MongooseConnection,
  options: MongooseTypesOptions = {},
): Record<string, TypeDeclaration> => typesFromTables(documentTypes(connection, options), optional);

/** Returns the queries of the models, which are read once, because an application may define models after it makes an adapter. */
export function queriesOf(connection: MongooseConnection, options: MongooseOptions): () => Queries {
  let queries: Queries | undefined;
  return () => (queries ??= new Queries(connection, options));
}

/** Prints conditions for the models. */
export class Queries {
  readonly documents: Documents;

  constructor(
    connection: MongooseConnection,
    readonly options: MongooseOptions,
  ) {
    this.documents = new Documents(documentTypes(connection, options));
  }

  /** @throws {NanookOrmError} for a condition that needs an aggregation */
  filter({ filter, row, type }: RowCondition): MongooseFilter {
    const model = this.#modelFor(type, filter);
    const printer = this.printer(type);
    const level = printer.level(row);
    const match = printer.match(this.#tested(filter), level);
    const [step] = level.steps;
    if (step !== undefined)
      throw new NanookOrmError('NANOOK_ORM_MONGOOSE_PIPELINE', {
        type,
        related: step.to.type.name,
        relation: step.relation.name,
      });
    const result = { $and: [sent(match, printer.values)] };
    requireSameCast(model, type, result);
    return result;
  }

  pipeline({ filter, row, type }: RowCondition): readonly Stage[] {
    this.#modelFor(type, filter);
    const printer = this.printer(type);
    const level = printer.level(row);
    const stages = printer.stages(this.#tested(filter), level);
    if (stages === undefined) return [{ $match: sent(nothing, printer.values) }];
    if (stages.length === 0) return [{ $match: sent(everything, printer.values) }];
    const names = level.lookups.map((each) => (each as { $lookup: { as: string } }).$lookup.as);
    return names.length === 0 ? stages : [...stages, { $unset: names }];
  }

  printer(type: string): FilterPrinter {
    return new FilterPrinter(this.documents, new Values(this.documents.modelOf(type).base as Mongoose));
  }

  /** Leaves out tests of ObjectIds: a policy reads only the key of a document, which has one. */
  #tested(filter: RowFilter): RowFilter {
    return withoutTests(
      filter,
      (column) => this.documents.column(column).form === 'object-id',
      () => 'none',
    );
  }

  #modelFor(type: string, filter: RowFilter): AnyModel {
    const model = this.modelOf(type);
    if (this.options.text !== 'binary') requireCodePoints(model, type, filter);
    return model;
  }

  modelOf(type: string): AnyModel {
    return this.documents.modelOf(type);
  }
}
