import type { RelationTree } from '@nanook/core';
import { documentTypes, type MongooseConnection, type MongooseOptions } from './collections.js';
import { Documents } from './documents.js';

/** An element of the argument of `populate`. */
export interface MongoosePopulate {
  path: string;
  populate: MongoosePopulate[];
}

/**
 * Makes a function that turns the relations of `authorizer.relationsFor` into the argument of `populate`. Embedded documents need no
 * `populate`, but their references do.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_UNKNOWN_TYPE`
 * @example
 * const populate = mongoosePopulate(mongoose);
 * const relations = await authorizer.relationsFor('read', 'Document');
 * const document = await Document.findById(id).populate(populate('Document', relations));
 */
export function mongoosePopulate(
  connection: MongooseConnection,
  options: MongooseOptions = {},
): (type: string, relations: RelationTree) => MongoosePopulate[] {
  const documents = new Documents(documentTypes(connection, options));
  const populate = (typeName: string, tree: RelationTree, prefix: string): MongoosePopulate[] => {
    const { relations, embedded } = documents.of(typeName);
    return Object.entries(tree).flatMap(([name, inner]) => {
      const path = prefix + name;
      const target = relations[name]!.type;
      if (embedded.has(name)) return populate(target, inner, `${path}.`);
      return { path, populate: populate(target, inner, '') };
    });
  };
  return (type, relations) => populate(type, relations, '');
}
