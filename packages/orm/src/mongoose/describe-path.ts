import type { Schema, SchemaType } from 'mongoose';
import type { EntityColumn, FieldKind } from '../metadata/entity-table.js';

/** The parts of schema types that the types of Mongoose do not have. */
export interface AnySchemaType extends SchemaType {
  readonly defaultValue?: unknown;
  readonly isRequired?: boolean;
  readonly originalRequiredValue?: unknown;
  readonly schema?: Schema;
  /** Whether queries return the path, if its schema says so. */
  readonly selected?: boolean;
  /** The texts that Mongoose accepts for a path, and `null` for one that can be absent. */
  readonly enumValues?: readonly unknown[];
  /** The type of the elements of an array. It has another name in Mongoose 8. */
  readonly embeddedSchemaType?: AnySchemaType;
  readonly $embeddedSchemaType?: AnySchemaType;
  readonly getters: readonly unknown[];
}

/** The form in which MongoDB stores the values of a path. */
export type StoredForm = 'text' | 'number' | 'int32' | 'boolean' | 'date' | 'object-id';

/** A path of a schema, as a column. Its name is the path in the document that contains it. */
export interface PathColumn extends EntityColumn {
  readonly form: StoredForm | undefined;
  /** The form of the elements of a path that the policy reads as a list. */
  readonly elementForm: StoredForm | undefined;
  /** Whether the path has a list of such values. */
  readonly isList: boolean;
  /** The value that a document of Mongoose shows when the stored document does not have the path; `undefined` for none. */
  readonly missing: string | number | boolean | Date | undefined;
}

const kinds: Readonly<Record<string, readonly [StoredForm | undefined, FieldKind]>> = {
  String: ['text', 'String'],
  Number: ['number', 'Float'],
  Int32: ['int32', 'Integer'],
  Boolean: ['boolean', 'Boolean'],
  Date: ['date', 'Date'],
  // Without a form, no query compares it.
  Decimal128: [undefined, 'Decimal'],
};

/** Describes a path whose values the policy reads as documents of Mongoose show them. */
export function describePath(path: string, type: AnySchemaType): PathColumn {
  const { instance, defaultValue } = type;
  const [form, kind] = kinds[instance] ?? [];
  const reason = reasonAgainst(type);
  const { enumValues = [] } = type;
  const element = elementTypeOf(type);
  return {
    name: path,
    isNullable: !isRequired(type) && type.path !== '_id',
    kind: reason === undefined ? kind : undefined,
    values:
      reason === undefined && instance === 'String' && enumValues.length > 0
        ? enumValues.filter(isText)
        : undefined,
    elementForm: element && kinds[element.instance]?.[0],
    // Without a default of its own, a list that is not stored is an empty one.
    listsIn: instance === 'Array' && !Object.hasOwn(type.options as object, 'default') ? 'array' : undefined,
    // The default of a list is an empty list, which a function makes.
    elements: instance === 'Array' && type.getters.length === 0 ? element && elementOf(element) : undefined,
    ormType: reason === undefined ? instance : `${instance} with ${reason}`,
    storage: 'text',
    form,
    isList: false,
    missing: isValueOf(type, defaultValue) ? defaultValue : undefined,
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** Returns the type of the elements of an array. */
export const elementTypeOf = (type: AnySchemaType): AnySchemaType | undefined =>
  type.embeddedSchemaType ?? type.$embeddedSchemaType;

/** Returns the kind of the elements of a list, which documents show as MongoDB stores them. */
const elementOf = (element: AnySchemaType): FieldKind | undefined =>
  element.getters.length > 0 ? undefined : kinds[element.instance]?.[1];

/** Returns the reason why a document can show another value than the database compares. */
function reasonAgainst(type: AnySchemaType): string | undefined {
  const { getters, defaultValue, path } = type;
  if (getters.length > 0) return 'a getter';
  if (path === '_id' || defaultValue === undefined || defaultValue === null) return undefined;
  // The stored documents have a required path, so its default is for new documents only.
  if (typeof defaultValue === 'function')
    return isRequired(type) ? undefined : 'a default that a function computes';
  return isValueOf(type, defaultValue) ? undefined : 'a default of another type';
}

/** A function of the application can decide whether a path is required, so only a constant counts. */
const isRequired = ({ isRequired: isSet, originalRequiredValue }: AnySchemaType): boolean =>
  isSet === true && typeof originalRequiredValue !== 'function';

function isValueOf({ instance }: AnySchemaType, value: unknown): value is PathColumn['missing'] {
  if (instance === 'Date') return value instanceof Date;
  return (
    typeof value === { String: 'string', Number: 'number', Int32: 'number', Boolean: 'boolean' }[instance]
  );
}
