import {
  always,
  and,
  never,
  not,
  or,
  some,
  type Column,
  type Condition,
  type RelationStep,
  type ScalarType,
  type Scope,
} from '../filter/condition.js';
import { equalCondition, isNilCondition, type Compared } from '../filter/comparisons.js';
import type { DeclaredType, Field } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';
import type { TypeTable } from '../types/type-table.js';
import {
  ActorValue,
  CollectionValue,
  ColumnValue,
  JsonValue,
  ListColumnValue,
  ReferenceValue,
  type RowValue,
} from './unknown.js';
import { untranslatable, type Place } from './untranslatable.js';

/** Makes scopes, columns and steps of declared types, and compares rows by their keys. */
export class Rows {
  #scopes = 0;

  constructor(readonly types: TypeTable) {}

  scope(type: DeclaredType): Scope {
    return { id: this.#scopes++, type };
  }

  step(from: Scope, relation: Relation): RelationStep {
    return { from, relation, to: this.scope(this.types.find(relation.type)!) };
  }

  /** Returns a column, or `undefined` for a field whose type no column has. */
  column(scope: Scope, name: string): Column | undefined {
    const field = scope.type.fields?.get(name);
    return field && this.#columnOf(scope, field, field);
  }

  /** Returns a column of lists whose elements a query can compare, or `undefined` for another field. */
  listColumn(scope: Scope, name: string): Column | undefined {
    const field = scope.type.fields?.get(name);
    if (field?.type.kind !== 'list') return undefined;
    const element = field.element!;
    const column = this.#columnOf(scope, field, element);
    const isListed = column !== undefined && ['string', 'integer', 'boolean'].includes(column.type);
    return isListed ? { ...column, list: { hasNil: element.nullable } } : undefined;
  }

  #columnOf(scope: Scope, { name, nullable }: Field, valued: Field): Column | undefined {
    const type = scalarTypeOf(valued, this.types);
    if (type === undefined) return undefined;
    const column = { kind: 'column', scope, field: name, type, nullable } as const;
    return valued.type.kind === 'one-of' ? { ...column, values: valued.type.values } : column;
  }

  /** Returns the types that a row of a declared type can have: its own, and those whose discriminator is one of its columns. */
  typesOf(declared: DeclaredType): ReadonlySet<DeclaredType> {
    const isPossible = ({ discriminator }: DeclaredType) =>
      discriminator !== undefined && declared.fields?.has(discriminator.field) === true;
    return new Set([declared, ...[...this.types.types].filter(isPossible)]);
  }

  /** Returns the value of a field or relation of a row. @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE` */
  read(
    row: RowValue,
    name: string,
    at: Place,
  ): ColumnValue | ListColumnValue | JsonValue | ReferenceValue | CollectionValue {
    const { scope } = row;
    const { type } = scope;
    const relation = type.relations.get(name);
    if (relation !== undefined)
      return relation.kind === 'one'
        ? new ReferenceValue(scope, relation)
        : new CollectionValue(scope, relation);
    const column = this.column(scope, name);
    if (column !== undefined) return new ColumnValue(column);
    // The fields of an actor that is not known are not columns.
    const list = row instanceof ActorValue ? undefined : this.listColumn(scope, name);
    if (list !== undefined) return new ListColumnValue(list);
    const field = type.fields?.get(name);
    const json = row instanceof ActorValue ? undefined : this.#jsonOf(field, at);
    if (json !== undefined) return new JsonValue(this.#object(scope, field!, name, name, []), json);
    const isDeclared = type.fields?.has(name) === true;
    throw isDeclared
      ? untranslatable(
          `the field \`${name}\` of \`${type.name}\`, which is not a text, a number, a boolean or a Date`,
          'declare related rows with one(…) or many(…), and JSON as a type without a key',
          at,
        )
      : untranslatable(
          `the field \`${name}\`, which \`${type.name}\` does not declare`,
          `declare it in \`fields\` or \`relations\` of \`${type.name}\``,
          at,
        );
  }

  /** Returns the value of a member of JSON. @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE` */
  member(
    { column: { scope, field: path, member }, type }: JsonValue,
    name: string,
    at: Place,
  ): ColumnValue | JsonValue {
    const field = type.fields!.get(name);
    const own = `${path}.${name}`;
    const place = [...member!.path, name];
    const json = this.#jsonOf(field, at);
    if (json !== undefined)
      return new JsonValue(this.#object(scope, field!, own, member!.column, place), json);
    const column = field && this.#columnOf(scope, field, field);
    if (
      column === undefined ||
      !['string', 'integer', 'boolean'].includes(column.type) ||
      !/^\w+$/.test(name)
    )
      throw untranslatable(
        `the member \`${own}\`, which is not declared as a text, a whole number, a boolean or an object`,
        'store it as a column',
        at,
      );
    const isOptional = field!.optional;
    return new ColumnValue({
      ...column,
      field: own,
      member: { column: member!.column, path: place, isObject: false, isOptional },
    });
  }

  #object(
    scope: Scope,
    { nullable, optional }: Field,
    field: string,
    column: string,
    path: readonly string[],
  ): Column {
    const member = { column, path, isObject: true, isOptional: optional };
    return { kind: 'column', scope, field, type: 'string', nullable, member };
  }

  /** Returns the type of the objects in a field of JSON; `undefined` for another field. An object with a key is a row. */
  #jsonOf(field: Field | undefined, at: Place): DeclaredType | undefined {
    const type = field?.type.kind === 'named' ? this.types.find(field.type.name) : undefined;
    const isJson =
      type?.fields !== undefined &&
      type.class === undefined &&
      type.key === undefined &&
      type.is === undefined &&
      type.discriminator === undefined &&
      type.loads === undefined &&
      type.relations.size === 0;
    if (!isJson) return undefined;
    const other = [...this.types.types].find(
      (each) => !each.builtIn && (each.is !== undefined || each.discriminator !== undefined),
    );
    if (other === undefined) return type;
    throw untranslatable(
      `the JSON \`${field!.name}\`, which can also be of the type \`${other.name}\``,
      `store the member as a column, or declare \`${other.name}\` without a discriminator`,
      at,
    );
  }

  /** Returns the condition that a relation to one row has its row. */
  isPresent(from: Scope, relation: Relation): Condition {
    const keys = relation.local.map((name) => not(isNilCondition(this.column(from, name)!)));
    if (relation.enforced && relation.where.size === 0) return and(...keys);
    return some(this.step(from, relation), always);
  }

  /** Returns the condition that a row has these key values. `key` returns the value for a field of the row's type. */
  hasKey(
    row: RowValue | ReferenceValue,
    key: readonly string[],
    valueOf: (field: string) => Compared,
  ): Condition {
    if (!('relation' in row)) return and(...key.map((name) => this.#equal(row.scope, name, valueOf(name))));
    const { from, relation } = row;
    const isForeignKey =
      key.length === relation.foreign.length && key.every((name) => relation.foreign.includes(name));
    if (!isForeignKey) {
      const step = this.step(from, relation);
      return some(step, and(...key.map((name) => this.#equal(step.to, name, valueOf(name)))));
    }
    const equal = relation.foreign.map((name, i) => this.#equal(from, relation.local[i]!, valueOf(name)));
    return and(...equal, this.isPresent(from, relation));
  }

  /** Two rows of one type, each of which may be the row of a relation. Two relations without a row are equal, as `nil` is. */
  areSame(
    left: RowValue | ReferenceValue,
    right: RowValue | ReferenceValue,
    key: readonly string[],
  ): Condition {
    if (!('relation' in right)) return this.hasKey(left, key, (name) => this.column(right.scope, name)!);
    if (!('relation' in left)) return this.areSame(right, left, key);
    const absent = (row: ReferenceValue) => not(this.isPresent(row.from, row.relation));
    const local = (field: string): Compared | undefined => {
      const i = right.relation.foreign.indexOf(field);
      return i === -1 ? undefined : this.column(right.from, right.relation.local[i]!);
    };
    const both = key.every((name) => local(name) !== undefined)
      ? and(
          this.hasKey(left, key, (name) => local(name)!),
          this.isPresent(right.from, right.relation),
        )
      : (() => {
          const step = this.step(right.from, right.relation);
          return some(
            step,
            this.hasKey(left, key, (name) => this.column(step.to, name)!),
          );
        })();
    return or(both, and(absent(left), absent(right)));
  }

  /** A part of a key that is `nil` identifies nothing. */
  #equal(scope: Scope, name: string, other: Compared): Condition {
    const column = this.column(scope, name)!;
    if (other.kind === 'known' && (other.value === null || other.value === undefined)) return never;
    const equal = equalCondition(column, other);
    const bothNil = column.nullable && other.kind === 'column' && other.nullable;
    return bothNil ? and(equal, not(isNilCondition(column))) : equal;
  }
}

function scalarTypeOf({ type }: Field, types: TypeTable): ScalarType | undefined {
  if (type.kind === 'date') return 'date';
  if (type.kind === 'decimal') return 'decimal';
  if (type.kind === 'one-of') return 'string';
  if (type.kind !== 'named') return undefined;
  switch (type.name) {
    case 'String':
      return 'string';
    case 'Boolean':
      return 'boolean';
    case 'Integer':
      return 'integer';
    case 'Float':
      return 'float';
    default:
      return types.find(type.name)?.class === Date ? 'date' : undefined;
  }
}
