import type { Schema } from 'mongoose';
import { describePath, elementTypeOf, type AnySchemaType, type PathColumn } from './describe-path.js';

/** A column that relations use as a key, with the name of its field. */
export interface KeyField {
  readonly name: string;
  readonly column: PathColumn;
}

/** Returns the paths of a schema, without those of maps. */
export const pathsOf = (schema: Schema): readonly (readonly [path: string, type: AnySchemaType])[] =>
  Object.entries(schema.paths as unknown as Readonly<Record<string, AnySchemaType>>).filter(
    ([path]) => !path.includes('$'),
  );

/**
 * Returns the field in which a relation finds the key of a path. A policy cannot read an ObjectId, so such a field has a name that no policy
 * can write. The text `id` that Mongoose adds to documents is an exception.
 */
export function keyField(
  schema: Schema,
  path: string,
  type: AnySchemaType,
  name = path,
): KeyField | undefined {
  const element = type.instance === 'Array' ? elementTypeOf(type) : type;
  if (element === undefined) return undefined;
  const described = describePath(name, element);
  const isObjectId = element.instance === 'ObjectId';
  const column: PathColumn = {
    ...described,
    ...(isObjectId && { kind: 'String', ormType: 'ObjectId', form: 'object-id' }),
    isList: element !== type,
  };
  if (column.form === undefined || column.kind === undefined) return undefined;
  if (path === '_id') return { name: isObjectId ? (hasIdText(schema) ? 'id' : '_id.id') : name, column };
  const isVisible = element === type && !isObjectId && type.options['ref'] === undefined;
  return { name: isVisible ? name : `${name}.id`, column };
}

/** Returns the field that identifies a document, and that a policy can read. */
export function documentKey(schema: Schema): string | undefined {
  const type = schema.path('_id') as AnySchemaType | undefined;
  const key = type && keyField(schema, '_id', type);
  return key === undefined || key.name.includes('.') ? undefined : key.name;
}

/** Returns whether Mongoose adds `id`, the text of an ObjectId, to documents. */
function hasIdText({ virtuals }: Schema): boolean {
  const { id } = virtuals as unknown as Readonly<
    Record<string, { readonly getters: readonly { readonly name: string }[] } | undefined>
  >;
  // Mongoose 8.0 adds it twice to the documents of a discriminator.
  return id !== undefined && id.getters.length > 0 && id.getters.every(({ name }) => name === 'idGetter');
}
