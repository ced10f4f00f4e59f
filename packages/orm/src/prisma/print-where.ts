import {
  operandsOf,
  readDecimal,
  type Column,
  type Operand,
  type RelationStep,
  type RowFilter,
  type Scalar,
  type Scope,
} from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { requireExactText, requireSortable } from './exact-text.js';
import { inexpressible } from './inexpressible.js';
import { isSentWrong } from './sent-numbers.js';
import { all, assertNever, complement } from './local-filter.js';
import { maxValuesOf, tooManyValues } from './max-values.js';
import type { Models } from './models.js';
import type { PrismaOptions } from './prisma-options.js';
import { partsOf } from './parts-of-text.js';
import type { PrismaField } from './schema/prisma-schema.js';

type Where = Readonly<Record<string, unknown>>;
type Compare = Extract<RowFilter, { kind: 'compare' }>;
type TextTested = Extract<RowFilter, { kind: 'text' | 'not-text' }>;

// Constants while a filter is printed. They are never sent: Prisma drops an empty `OR` within an `AND`, and then returns every row.
const nothing: Where = { OR: [] };
const everything: Where = { AND: [] };

/** A UUID as PostgreSQL returns it. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The first and the last date that Prisma reads from PostgreSQL and MySQL. */
const firstDate = new Date('0001-01-01T00:00:00.000Z');
const lastDate = new Date('9999-12-31T23:59:59.999Z');

const int = { min: -(2 ** 31), max: 2 ** 31 - 1 };

/** Prints one filter as a `where`. Each comparison says what it means for NULL, so no `NOT` is placed around more than one comparison. */
export class WherePrinter {
  #values = 0;

  constructor(
    readonly options: PrismaOptions,
    readonly models: Models,
    /** Whether the `where` must be false for `NULL`, not unknown, so that a `NOT` around it is right. */
    readonly isNegatable = false,
  ) {}

  /** Returns the `where` for a row, in which a constant is a comparison too. */
  where(filter: RowFilter, row: Scope): Where {
    const where = this.#print(filter);
    if (where !== nothing && where !== everything) return where;
    return { [this.models.listable(row.type)]: where === nothing ? { in: [] } : { notIn: [] } };
  }

  #print(filter: RowFilter): Where {
    switch (filter.kind) {
      case 'always':
        return everything;
      case 'never':
        return nothing;
      case 'and':
        return allOf(filter.parts.map((part) => this.#print(part)));
      case 'or':
        return anyOf(filter.parts.map((part) => this.#print(part)));
      case 'exists':
        return this.#exists(filter.step, filter.where);
      case 'none':
        return this.#none(filter.step, filter.where);
      case 'compare':
        return this.#withoutNull(this.#compare(filter), [filter.left, filter.right]);
      case 'count':
        throw inexpressible(`the number of related rows \`${filter.step.relation.name}\``);
      case 'computed':
      case 'computable':
      case 'uncomputable':
        throw new Error('bug in Nanook: arithmetic in a filter of Prisma');
      case 'text':
      case 'not-text':
        return this.#withoutNull(this.#textTest(filter), operandsOf(filter));
      case 'null':
        return { [this.#named(filter.column)]: null };
      case 'not-null':
        return { [this.#named(filter.column)]: { not: null } };
      case 'readable':
        return this.#readable(filter.column);
      case 'unreadable':
        return this.#unreadable(filter.column);
      case 'nan':
        this.#requireNoNaN(filter.column);
        return nothing;
      case 'not-nan':
        this.#requireNoNaN(filter.column);
        return this.#present(filter.column);
      case 'in':
      case 'not-in':
        return this.#withoutNull(this.#among(filter.kind, filter.column, filter.values), [filter.column]);
      case 'contains':
      case 'lacks':
      case 'readable-elements':
      case 'unreadable-elements':
        throw inexpressible(`\`in\` over the list \`${filter.column.field}\``);
      case 'in-set':
      case 'not-in-set':
      case 'found-before':
        throw inexpressible('a rule that calls itself for a related row');
      default:
        return assertNever(filter);
    }
  }

  #withoutNull(where: Where, operands: readonly Operand[]): Where {
    if (!this.isNegatable) return where;
    const present = operands.map((each) => (each.kind === 'column' ? this.#present(each) : everything));
    return allOf([where, ...present]);
  }

  #exists(step: RelationStep, where: RowFilter): Where {
    const related = this.#print(all([ofRelation(step), where]));
    if (related === nothing) return nothing;
    const { name, kind } = step.relation;
    return { [name]: kind === 'one' ? { is: sent(related) } : { some: sent(related) } };
  }

  #none(step: RelationStep, where: RowFilter): Where {
    const { name, kind } = step.relation;
    const filter = all([ofRelation(step), where]);
    if (kind !== 'one') {
      const related = this.#print(filter);
      return related === nothing ? everything : { [name]: { none: sent(related) } };
    }
    // `is: null` only reads the key, and a `NOT` around a comparison would leave out NULL.
    const absent: Where = { NOT: { [name]: { is: {} } } };
    const other = this.#print(complement(filter));
    return other === nothing ? absent : anyOf([absent, { [name]: { is: sent(other) } }]);
  }

  #compare({ operator, left, right, order }: Compare): Where {
    if (left.kind === 'value')
      return right.kind === 'value'
        ? assertColumn()
        : this.#compareValue(operator, left.value, right, true, order);
    if (right.kind === 'value') return this.#compareValue(operator, right.value, left, false, order);
    return this.#compareColumns(operator, left, right);
  }

  #compareColumns(operator: Compare['operator'], left: Column, right: Column): Where {
    const first = this.#field(left, operator);
    const second = this.#field(right, operator);
    if (first.type !== second.type) throw inexpressible('a comparison of columns of two Prisma types');
    const name = left.field;
    const reference = this.models.reference(right);
    switch (operator) {
      case '=':
        return { [name]: { equals: reference } };
      case '<>':
        return { NOT: { [name]: { equals: reference } } };
      case '<':
        return { [name]: { lt: reference } };
      case '<=':
        return { [name]: { lte: reference } };
    }
  }

  #compareValue(
    operator: Compare['operator'],
    value: Scalar,
    column: Column,
    isValueFirst: boolean,
    order: Compare['order'],
  ): Where {
    const field = order === 'own' ? this.#sorted(column) : this.#field(column, operator);
    const name = column.field;
    if (field.type === 'Decimal') this.#requireStorable(value as string);
    if (typeof value === 'string' && !this.#isStorable(value, field)) {
      if (operator === '=') return nothing;
      if (operator === '<>') return this.#present(column);
      throw inexpressible('an order by a text that the database cannot contain');
    }
    if (field.type === 'Int') return this.#compareInt(operator, Number(value), column, isValueFirst);
    const side = this.#sideOf(value);
    if (side !== undefined) {
      const isBelow = side === (isValueFirst ? 'before' : 'after');
      return operator === '<>' || (operator !== '=' && isBelow) ? this.#present(column) : nothing;
    }
    switch (operator) {
      case '=':
        return { [name]: { equals: this.#bind(value) } };
      case '<>':
        return { [name]: { not: this.#bind(value) } };
      case '<':
        return { [name]: { [isValueFirst ? 'gt' : 'lt']: this.#bind(value) } };
      case '<=':
        return { [name]: { [isValueFirst ? 'gte' : 'lte']: this.#bind(value) } };
    }
  }

  /** Prisma refuses a value for a 32-bit field that the field cannot hold, so such a value decides the comparison here. */
  #compareInt(operator: Compare['operator'], value: number, column: Column, isValueFirst: boolean): Where {
    const { field } = column;
    switch (operator) {
      case '=':
        return isInt(value) ? { [field]: { equals: this.#bind(value) } } : nothing;
      case '<>':
        return isInt(value) ? { [field]: { not: this.#bind(value) } } : this.#present(column);
      case '<':
      case '<=': {
        if (isValueFirst) {
          const least = operator === '<' ? Math.floor(value) + 1 : Math.ceil(value);
          if (least > int.max) return nothing;
          return least <= int.min ? this.#present(column) : { [field]: { gte: this.#bind(least) } };
        }
        const greatest = operator === '<' ? Math.ceil(value) - 1 : Math.floor(value);
        if (greatest < int.min) return nothing;
        return greatest >= int.max ? this.#present(column) : { [field]: { lte: this.#bind(greatest) } };
      }
    }
  }

  #among(kind: 'in' | 'not-in', column: Column, values: readonly Scalar[]): Where {
    const field = this.#field(column, '=');
    const { field: name } = column;
    if (field.type === 'Boolean') {
      // Prisma has no lists of booleans.
      const parts = values.map((value): Where => ({ [name]: { [kind === 'in' ? 'equals' : 'not']: value } }));
      return kind === 'in' ? anyOf(parts) : allOf(parts);
    }
    if (field.type === 'Decimal') values.forEach((value) => this.#requireStorable(value as string));
    const possible = values.filter((value) =>
      typeof value === 'string'
        ? this.#isStorable(value, field)
        : this.#sideOf(value) === undefined && (field.type !== 'Int' || isInt(value as number)),
    );
    if (possible.length === 0) return kind === 'in' ? nothing : this.#present(column);
    // Prisma rounds the fractions of a list that also has a whole number of more than 32 bits.
    const alone = field.type === 'Float' ? possible.filter((value) => !isSmall(value as number)) : [];
    const bound = possible.filter((value) => !alone.includes(value)).map((value) => this.#bind(value));
    const parts = alone.map((value): Where => ({
      [name]: { [kind === 'in' ? 'equals' : 'not']: this.#bind(value) },
    }));
    if (bound.length > 0) parts.push({ [name]: kind === 'in' ? { in: bound } : { notIn: bound } });
    return kind === 'in' ? anyOf(parts) : allOf(parts);
  }

  /** Prisma tests a text with `LIKE`, and does not escape its wildcards. The `LIKE` of SQLite ignores case. */
  #textTest({ kind, test, text, part }: TextTested): Where {
    if (test === 'lowers-to') throw inexpressible('`toLowerCase` of a column');
    if (part.kind === 'column') {
      if (text.kind === 'column') throw inexpressible(`\`${test}\` of two columns`);
      return this.#among(kind === 'text' ? 'in' : 'not-in', part, partsOf(text.value as string, test));
    }
    if (text.kind === 'value') return assertColumn();
    const value = part.value as string;
    const field = this.#field(text, '=');
    if (field.values !== undefined) {
      const found = field.values.filter((each) => each[test](value));
      if (found.length === 0) return kind === 'text' ? nothing : this.#present(text);
      return this.#among(kind === 'text' ? 'in' : 'not-in', text, found);
    }
    if (this.options.schema.provider === 'sqlite')
      throw inexpressible(`\`${test}\` on SQLite, which ignores case`);
    if (field.native === 'Uuid') throw inexpressible(`\`${test}\` on a column of UUIDs`);
    if (!this.#isStorable(value, field)) return kind === 'text' ? nothing : this.#present(text);
    const operator = test === 'includes' ? 'contains' : test;
    const found: Where = {
      [text.field]: { [operator]: this.#bind(value.replaceAll(/[\\%_]/g, String.raw`\$&`)) },
    };
    return kind === 'text' ? found : { NOT: found };
  }

  /** Returns whether the column can contain a text. No database has half of a surrogate pair, and PostgreSQL has no NUL. */
  #isStorable(text: string, { values, native }: PrismaField): boolean {
    if (values !== undefined) return values.includes(text);
    if (native === 'Uuid') return uuid.test(text);
    return (
      !/\p{Surrogate}/u.test(text) && !(this.options.schema.provider === 'postgresql' && text.includes('\0'))
    );
  }

  /** An enum of the database, and a column without NaN, hold only values of their type. */
  #readable(column: Column): Where {
    if (this.#mayBeInvalid(column)) {
      const isDate: Where = {
        [column.field]: { gte: this.#bind(firstDate), lte: this.#bind(lastDate) },
      };
      return column.nullable ? anyOf([isDate, { [column.field]: null }]) : isDate;
    }
    const values = this.#listedIn(column);
    if (values === undefined) return everything;
    const isMember = this.#among('in', column, values);
    return column.nullable ? anyOf([isMember, { [column.field]: null }]) : isMember;
  }

  #unreadable(column: Column): Where {
    if (this.#mayBeInvalid(column)) {
      const parts: Where[] = [
        { [column.field]: { lt: this.#bind(firstDate) } },
        { [column.field]: { gt: this.#bind(lastDate) } },
      ];
      return allOf([anyOf(parts), this.#present(column)]);
    }
    const values = this.#listedIn(column);
    if (values === undefined) return nothing;
    return allOf([this.#among('not-in', column, values), this.#present(column)]);
  }

  /** Databases store dates that Prisma reads as an invalid `Date`: infinite ones, `0000-00-00`, and those of years without four digits. */
  #mayBeInvalid({ type }: Column): boolean {
    return type === 'date' && this.options.schema.provider !== 'sqlite';
  }

  /** Returns on which side of the dates that Prisma reads a value is. Prisma also writes such a date in a form that databases do not read. */
  #sideOf(value: Scalar): 'before' | 'after' | undefined {
    if (!(value instanceof Date) || this.options.schema.provider === 'sqlite') return undefined;
    return value < firstDate ? 'before' : value > lastDate ? 'after' : undefined;
  }

  /** Returns the texts that must be tested, because the column may hold others. */
  #listedIn(column: Column): readonly string[] | undefined {
    if (column.list !== undefined) throw inexpressible(`the list \`${column.field}\``);
    if (column.member !== undefined) throw inexpressible(`the member \`${column.field}\` of JSON`);
    if (column.derived !== undefined) throw inexpressible(`the number \`${column.field}\``);
    if (column.values === undefined) this.#requireNoNaN(column);
    return this.models.field(column).values === undefined ? column.values : undefined;
  }

  /** SQLite stores a decimal as a floating-point number, which holds 15 digits exactly. */
  #requireStorable(decimal: string): void {
    if (this.options.schema.provider === 'sqlite' && typeof readDecimal(decimal) !== 'number')
      throw inexpressible(`a comparison with ${decimal}, which has more digits than SQLite stores`);
  }

  #present(column: Column): Where {
    return column.nullable ? { [column.field]: { not: null } } : everything;
  }

  #field(column: Column, operator: Compare['operator']): PrismaField {
    const field = this.models.comparable(column);
    if (column.type === 'string') requireExactText(column, field, operator, this.options);
    return field;
  }

  #sorted(column: Column): PrismaField {
    const field = this.models.comparable(column);
    requireSortable(column, field);
    return field;
  }

  #named(column: Column): string {
    this.models.field(column);
    return column.field;
  }

  #requireNoNaN({ scope, field }: Column): void {
    const { schema, nan } = this.options;
    if (schema.provider === 'postgresql' && nan !== 'absent')
      throw new NanookOrmError('NANOOK_ORM_PRISMA_NAN', { type: scope.type.name, field });
  }

  #bind(value: Scalar): Scalar {
    if (typeof value === 'number' && isSentWrong(value, this.options.client))
      throw inexpressible(`a comparison with ${value}`);
    if (++this.#values > maxValuesOf(this.options)) throw tooManyValues(this.options);
    return value;
  }
}

/** Returns the `where` of a related row: for no condition, Prisma wants an empty object. */
const sent = (related: Where): Where => (related === everything ? {} : related);

function allOf(parts: readonly Where[]): Where {
  if (parts.includes(nothing)) return nothing;
  const kept = parts.filter((part) => part !== everything);
  if (kept.length === 0) return everything;
  return kept.length === 1 ? kept[0]! : { AND: kept };
}

function anyOf(parts: readonly Where[]): Where {
  if (parts.includes(everything)) return everything;
  const kept = parts.filter((part) => part !== nothing);
  if (kept.length === 0) return nothing;
  return kept.length === 1 ? kept[0]! : { OR: kept };
}

const isSmall = (value: number): boolean => !Number.isInteger(value) || isInt(value);

const isInt = (value: number): boolean => Number.isInteger(value) && value >= int.min && value <= int.max;

/** Returns the condition that a declaration adds to a relation. */
function ofRelation({ relation, to }: RelationStep): RowFilter {
  return all(
    Array.from(relation.where, ([field, value]): RowFilter => {
      const column = columnOf(to, field, value);
      if (value === null) return { kind: 'null', column };
      return { kind: 'compare', operator: '=', left: column, right: { kind: 'value', value } };
    }),
  );
}

function columnOf(scope: Scope, field: string, value: string | number | boolean | null): Column {
  const types = { string: 'string', number: 'float', boolean: 'boolean' } as const;
  const type = types[typeof value as keyof typeof types] ?? 'string';
  return { kind: 'column', scope, field, type, nullable: scope.type.fields?.get(field)?.nullable ?? true };
}

function assertColumn(): never {
  throw new Error('bug in Nanook: a comparison of two values in a filter');
}
