import { PolarError } from '../diagnostics/polar-error.js';
import type { Column, ScalarType, Scope } from '../filter/condition.js';
import { describeValue } from '../internal/describe-value.js';
import { didYouMean } from '../internal/near-names.js';
import { columnsOf, type DeclaredType } from '../types/declared-type.js';
import type { ListPlanner } from './list-planner.js';
import { expectedOf, invalidOption, isPlainObject, isValueOf } from './row-search.js';

/** The values of a new row, or those that a change gives to a row. */
export interface DraftValues {
  /** A copy of the values, by the names that the application gave. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The values by the names of their columns. */
  readonly columns: Readonly<Record<string, unknown>>;
}

/**
 * Checks the values of a row that is not written yet. Each must be a value of a column: a related row in the values could not be told from one
 * in the database.
 *
 * @throws {PolarError} `POLAR_DRAFT_VALUE`; `POLAR_TYPE_INVALID_OPTION` for an instance of a class
 */
export function draftValues(type: DeclaredType, values: unknown, planner: ListPlanner): DraftValues {
  if (!isPlainObject(values)) {
    const reason = `must be a plain object with the values of a row, found ${describeValue(values)}`;
    // The application passes an instance of a class; a client can send everything else.
    if (isInstance(values)) throw invalidOption('values', `${reason}; pass { ...values }`);
    throw invalid(type, undefined, reason);
  }
  const { row } = planner.allRows(type);
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value instanceof Date ? new Date(value) : value] as const],
  );
  const columns = given.flatMap(([name, value]) => columnValues(row, name, value, planner));
  return { given: Object.fromEntries(given), columns: Object.fromEntries(columns) };
}

/** Returns the columns that hold a value. A reference without a property for its foreign key is given as the key of the related row. */
function columnValues(
  row: Scope,
  name: string,
  value: unknown,
  planner: ListPlanner,
): readonly (readonly [column: string, value: unknown])[] {
  const { type } = row;
  const field = type.fields!.get(name);
  if (field !== undefined && field.kind !== 'relation' && !isHidden(name)) {
    const column = planner.findColumn(row, name);
    if (column === undefined) return [[name, value]]; // such as a list
    requireValue(name, value, column);
    return [[name, value]];
  }
  const relation = type.relations.get(name);
  const isReference = relation?.kind === 'one' && relation.local.every(isHidden);
  if (!isReference) throw invalid(type, name, `is not a column${insteadOf(type, name)}`);
  const { local, foreign } = relation;
  const keys = local.map((each) => planner.linkColumn(row, each));
  if (value === null) return keys.map((column) => (requireValue(name, null, column), [column.field, null]));
  const key = isPlainObject(value) ? value : { [foreign[0]!]: value };
  const isWhole =
    Object.keys(key).length === foreign.length && foreign.every((each) => Object.hasOwn(key, each));
  if (!isWhole) throw invalid(type, name, `must be the key of the related row: ${foreign.join(', ')}`);
  return keys.map((column, i) => {
    const part = key[foreign[i]!];
    requireValue(name, part, column);
    return [column.field, part];
  });
}

/** Returns whether a value is an instance of a class, such as a DTO or an entity. */
const isInstance = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !(Symbol.iterator in value);

/** Returns whether a field is a foreign key that rows have only as a reference. No policy can write its name. */
const isHidden = (name: string): boolean => name.includes('.');

function insteadOf(type: DeclaredType, name: string): string {
  const local = type.relations.get(name)?.local;
  if (local !== undefined && type.relations.get(name)!.kind === 'one')
    return `; give the value of ${local.map((each) => `\`${each}\``).join(' and ')}`;
  const known = columnsOf(type.fields!).filter((each) => !isHidden(each));
  return didYouMean(name, known) || `; its columns are ${known.join(', ')}`;
}

function requireValue(name: string, value: unknown, column: Column): void {
  const { nullable, values, type } = column;
  if (value === null ? nullable : isStored(type, value) && (values?.includes(value as string) ?? true))
    return;
  const declared = column.scope.type;
  const expected = values === undefined ? expectedOf[type] : `one of ${values.join(', ')}`;
  const found = declared.secrets.has(name) ? 'another value' : describeValue(value);
  throw invalid(declared, name, `must be ${expected}${nullable ? ' or null' : ''}, found ${found}`);
}

/** Returns whether a column stores a value as it is. A database would round a number with a fraction to another key. */
const isStored = (type: ScalarType, value: unknown): boolean =>
  type === 'integer' ? typeof value === 'bigint' || Number.isSafeInteger(value) : isValueOf(type, value);

const invalid = ({ name: type }: DeclaredType, field: string | undefined, reason: string): PolarError =>
  new PolarError('POLAR_DRAFT_VALUE', { type, field, reason });
