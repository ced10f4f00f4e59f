import {
  optimizeFilter,
  relatedGuards,
  skipRelated,
  splitRelated,
  withoutTests,
  type Implied,
  type Column,
  type CountOperator,
  type DerivedNumber,
  type FilterSet,
  type Guard,
  type JsonMember,
  type Operand,
  type Related,
  type Relation,
  type RelationStep,
  type RowFilter,
  type Scalar,
  type Scope,
} from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { ComputedPrinter } from './computed-numbers.js';
import type { Dialect } from './dialect.js';
import type { ColumnSide, Comparison, Side } from './side.js';
import { balanced, bound, joined, type Fragment } from './fragment.js';
import { knownValues } from './known-values.js';
import { maxKnownKeys, minWide } from './set-sizes.js';
import { quotedTable, type TableName, type TableNames } from './table-names.js';
import { separateSet, type SeparateSet } from './separate-set.js';
import { tablesRead } from './tables-read.js';

/** The actor of a condition for every actor of a type. Its fields are not columns of a table. */
export interface PrintedActor {
  readonly scope: Scope;
  /** Prints a field of the actor. */
  field(field: string): Fragment;
  typeOf(field: string): Column['type'];
}

/** The sets that a query reads from functions of the database, because only a function may read their rows. */
export interface FunctionSets {
  /** Whether only a function may read the rows of a part of a filter. */
  areNeeded(filter: RowFilter): boolean;
  /**
   * Returns the call of a function that returns the values of a query.
   *
   * @param column the quoted column that the values come from, with its table
   */
  call(query: Fragment, column: string): Fragment;
}

/**
 * Prints a filter as a bracketed SQL condition.
 *
 * @param root the name that the query has for the filtered row
 */
export function printFilter(
  filter: RowFilter,
  row: Scope,
  names: TableNames,
  dialect: Dialect,
  root: string,
  actor?: PrintedActor,
): Fragment {
  const printer = new FilterPrinter(filter, row, names, dialect, root, actor);
  return printer.print(printer.filter);
}

/** The type of a key that all comparisons of a database hold for equal alike. */
export type ExactKey = 'bigint' | 'uuid';

/** A set of keys that rows are found by. It does not depend on the row. */
export interface KeySet {
  /** The column of the row that is a key of the set. */
  readonly field: string;
  readonly type: ExactKey;
  /** The query of the keys, which may repeat some. */
  readonly query: Fragment;
  /** The quoted column that the keys come from, with its table. */
  readonly column: string;
  /** The same condition, asked about one row by itself where that is possible. */
  readonly ofOneRow: RowFilter;
  /** Whether the set has also keys of rows that do not satisfy the condition. */
  readonly isWider: boolean;
}

/** Returns the number of the last alias that is already the name of a table. */
const lastAlias = (names: readonly string[]): number =>
  Math.max(0, ...names.map((name) => Number(/^\W*nanook(\d{1,9})\W*$/i.exec(name)?.[1] ?? 0)));

/** Limits a query to the row that only a wide set has. */
const atWide = `LIMIT 1 OFFSET ${minWide - 1}`;

/** Prints the parts of one filter. */
export class FilterPrinter {
  /** The filter, optimized for the database. */
  readonly filter: RowFilter;

  /** The guards of related rows, which the query of a list finds once. A function of the database would find them for each row. */
  readonly #guards: ReadonlyMap<Related, Guard>;
  #aliases: number;
  /** The aliases of the rows that can be used where something is printed. */
  #aliasOf: ReadonlyMap<number, string> = new Map();
  /** Whether few rows of an index are looked for: an array of keys starts from it, while a set is joined with all rows. */
  #findsKeys = false;
  /** The recursive sets that are printed, innermost last. */
  readonly #sets: { readonly alias: string; readonly key: readonly string[] }[] = [];

  constructor(
    filter: RowFilter,
    readonly row: Scope,
    readonly names: TableNames,
    readonly dialect: Dialect,
    root: string,
    readonly actor?: PrintedActor,
    readonly functions?: FunctionSets,
  ) {
    this.#aliases = lastAlias([root, ...tablesRead(filter, names).map(({ name }) => name)]);
    const isCertain = (column: Column): boolean => this.readable(column, true) === undefined;
    const tested = withoutTests(filter, isCertain, (column) => this.readabilityImpliedBy(column));
    const skipped = skipRelated(tested, (step) => this.hasEqualKeys(step));
    const known = new Set(actor === undefined ? [] : [actor.scope.id]);
    const optimized = optimizeFilter(skipped, { outerRows: true });
    this.filter = splitRelated(optimized, known);
    // SQLite compares keys by the collation of one side. A query of one row reads only the related rows of this row.
    const isGuarded = dialect.name !== 'sqlite' && functions === undefined && !isOneRow(this.filter, row);
    this.#guards = isGuarded ? relatedGuards(this.filter, known) : new Map();
  }

  print(filter: RowFilter): Fragment {
    switch (filter.kind) {
      case 'always':
        return '1=1';
      case 'never':
        return '1=0';
      case 'and':
        return balanced(
          filter.parts.map((part) => this.print(part)),
          ' AND ',
        );
      case 'or':
        return balanced(
          filter.parts.map((part) => this.print(part)),
          ' OR ',
        );
      case 'exists':
        return this.#functionOf(filter) ?? this.#guarded(filter);
      case 'none':
        return this.#functionOf(filter) ?? this.#related(filter.step, filter.where, 'NOT EXISTS (SELECT 1');
      case 'count':
        return this.#count(filter.step, filter.operator, filter.other);
      case 'compare':
        return this.#compare(filter.operator, filter.left, filter.right, filter.order);
      case 'computed':
        return this.#computed().compare(filter.operator, filter.left, filter.right);
      case 'computable':
      case 'uncomputable':
        return this.#computed().isComputable(filter.number, filter.kind === 'computable');
      case 'text':
      case 'not-text': {
        const holds = this.dialect.textTest(filter.test, this.#side(filter.text), this.#side(filter.part));
        return filter.kind === 'text' ? ['(', holds, ')'] : ['NOT (', holds, ')'];
      }
      case 'contains':
        return this.#contains(filter.column, filter.item, 'EXISTS');
      case 'lacks':
        return this.#contains(filter.column, filter.item, 'NOT EXISTS');
      case 'readable-elements':
        return this.#elementsReadable(filter.column);
      case 'unreadable-elements':
        return ['NOT ', this.#elementsReadable(filter.column)];
      case 'null':
        return [this.#column(filter.column), ' IS NULL'];
      case 'not-null':
        return [this.#column(filter.column), ' IS NOT NULL'];
      case 'readable':
      case 'unreadable':
        return this.readable(filter.column, filter.kind === 'readable')!;
      case 'nan':
        return this.dialect.isNaN(this.#column(filter.column)) ?? '1=0';
      case 'not-nan': {
        const isNaN = this.dialect.isNaN(this.#column(filter.column));
        return isNaN === undefined ? '1=1' : ['NOT (', isNaN, ')'];
      }
      case 'in-set':
      case 'not-in-set':
        return this.#functionOf(filter) ?? this.#member(filter, filter.row);
      case 'found-before':
        return this.#member(filter, filter.row);
      case 'in':
        return this.#in(filter.column, filter.values);
      case 'not-in':
        // A column that is NULL is in neither: the filter asks for NULL where it wants it.
        return [
          '(',
          this.#column(filter.column),
          ' IS NOT NULL AND NOT ',
          this.#in(filter.column, filter.values),
          ')',
        ];
    }
  }

  /** Prints the test that a column holds a value of its declared type, or does not; `undefined` where the database accepts no other value. */
  readable(column: Column, holds: boolean): Fragment | undefined {
    if (column.list !== undefined) {
      const isList = this.dialect.lists.isList(this.#listSide(column));
      return holds ? ['(', isList, ')'] : ['NOT (', isList, ')'];
    }
    const side = this.#columnSide(column);
    if (column.derived !== undefined) return [side.sql, holds ? ' IS NOT NULL' : ' IS NULL'];
    const tests: Fragment[] = [];
    const isStored =
      column.member === undefined
        ? this.dialect.readable(side, holds)
        : this.#memberReadable(column, column.member, holds);
    if (isStored !== undefined) tests.push(isStored);
    if (this.#isListed(column))
      tests.push(['(', this.dialect.textIn(side, column.values!), holds ? ') IS NOT FALSE' : ') IS FALSE']);
    if (this.#mayLackValue(column)) tests.push([side.sql, holds ? ' IS NOT NULL' : ' IS NULL']);
    if (tests.length < 2) return tests[0];
    return ['(', joined(tests, holds ? ' AND ' : ' OR '), ')'];
  }

  /** Returns the comparisons that hold only where `readable` holds. `NULL` is in none. */
  readabilityImpliedBy(column: Column): Implied {
    if (column.derived !== undefined) return 'comparison';
    // The value of a member is printed for its type only.
    if (column.member !== undefined) return column.values === undefined ? 'comparison' : 'equality';
    if (!this.dialect.comparesByType) return 'none';
    const isOnlyNull =
      this.dialect.readable(this.#columnSide(column), true) === undefined && !this.#isListed(column);
    return isOnlyNull ? 'comparison' : 'equality';
  }

  #contains(column: Column, item: Operand | null, exists: 'EXISTS' | 'NOT EXISTS'): Fragment {
    return this.#someElement(column, exists, (side, alias) =>
      item === null
        ? this.dialect.lists.isNil(side, alias)
        : this.dialect.lists.isElement(side, alias, this.#side(item)),
    );
  }

  #elementsReadable(column: Column): Fragment {
    const { lists } = this.dialect;
    const isOther = this.#someElement(column, 'NOT EXISTS', (side, alias) => {
      const isElement = lists.isElement(side, alias);
      return column.list!.hasNil
        ? ['NOT (', isElement, ' OR ', lists.isNil(side, alias), ')']
        : ['NOT ', isElement];
    });
    const isList = lists.isList(this.#listSide({ ...column, nullable: false }));
    return ['(', isList, ' AND ', isOther, ')'];
  }

  #someElement(
    column: Column,
    exists: 'EXISTS' | 'NOT EXISTS',
    test: (side: ColumnSide, alias: string) => Fragment,
  ): Fragment {
    const side = this.#listSide(column);
    const alias = this.#newAlias();
    const source = this.dialect.lists.source(side.sql, alias);
    return [`${exists} (SELECT 1 FROM `, source, ' WHERE ', test(side, alias), ')'];
  }

  /** A place of JSON can be `null` and absent by two declarations. The column itself is absent where it is `NULL`. */
  #memberReadable(column: Column, { path, isOptional }: JsonMember, holds: boolean): Fragment {
    const { json } = this.dialect;
    const isOwn: Fragment = [this.#column(column), ' IS NOT NULL'];
    const isNullAllowed = column.nullable;
    const isAbsentAllowed = isOptional || (column.nullable && path.length === 0);
    const names = [...(isNullAllowed ? [json.nil] : []), ...(isAbsentAllowed ? ['absent'] : [])];
    const type: Fragment = ['coalesce(', json.typeOf(this.#json(column), path), ", 'absent')"];
    const isNil: Fragment =
      names.length === 0 ? '' : [' OR ', type, ` IN (${names.map((name) => `'${name}'`).join(', ')})`];
    return [holds ? '(' : 'NOT (', isOwn, isNil, ')'];
  }

  #listSide(column: Column): ColumnSide {
    const { scope, field } = column;
    this.names.checkList(scope.type, field);
    return { kind: 'column', column, sql: this.#column(column), storage: 'other' };
  }

  /** Returns whether the keys of a relation are equal values. Equal texts can differ in case, and the keys of an actor in their type. */
  hasEqualKeys({ from, relation, to }: RelationStep): boolean {
    if (from === this.actor?.scope) return false;
    return (['bigint', 'uuid'] as const).some((type) =>
      relation.local.every(
        (field, i) => this.exactKey(from, field) === type && this.exactKey(to, relation.foreign[i]!) === type,
      ),
    );
  }

  /** Returns the type of a key that is declared as a whole number or stored as a UUID. */
  exactKey({ type }: Scope, field: string): ExactKey | undefined {
    const declared = type.fields?.get(field)?.type;
    if (declared?.kind === 'named' && declared.name === 'Integer') return 'bigint';
    return this.names.storage(type, field) === 'uuid' ? 'uuid' : undefined;
  }

  /** Returns whether a column may hold other texts than the declared ones. */
  #isListed({ scope, field, values, member }: Column): boolean {
    return (
      values !== undefined &&
      scope !== this.actor?.scope &&
      (member !== undefined || this.names.labels(scope.type, field) === undefined)
    );
  }

  /** Returns whether a column that is declared without nil may hold `NULL`. The columns of SQLite have a test of their type. */
  #mayLackValue({ scope, nullable, member }: Column): boolean {
    if (member !== undefined) return false;
    return !nullable && !this.names.knowsNull && scope !== this.actor?.scope && this.dialect.comparesByType;
  }

  #compare(operator: Comparison, left: Operand, right: Operand, order?: 'own'): Fragment {
    const types = [left, right].flatMap((side) => (side.kind === 'column' ? [side.type] : []));
    const type = types.includes('decimal') ? 'decimal' : types[0]!;
    const sides = [this.#side(left), this.#side(right)] as const;
    switch (type) {
      case 'string':
        return order === 'own'
          ? this.dialect.inOrder(operator, ...sides)
          : this.dialect.text(operator, ...sides);
      case 'integer':
      case 'float':
        return this.dialect.number(operator, ...sides);
      case 'decimal':
        return this.dialect.decimal(operator, ...sides);
      case 'date':
        return this.#dates(operator, ...sides);
      case 'boolean':
        return this.#booleans(operator, left, right);
    }
  }

  #computed(): ComputedPrinter {
    return new ComputedPrinter(this.dialect.numbers, (column) => this.#columnSide(column));
  }

  /** Compares dates by their milliseconds, and by the microseconds beyond them where a value has some. */
  #dates(operator: Comparison, left: Side, right: Side): Fragment {
    const value = left.kind === 'value' ? left : right;
    const column = left.kind === 'column' ? left : right;
    if (value.kind === 'column' || column.kind === 'value' || value.microseconds === undefined)
      return this.dialect.date(operator, left, right);
    const own = this.dialect.microseconds(column.sql);
    if (own === undefined) return this.dialect.date(operator, left, right);
    const [first, second] = [left, right].map((side): Fragment =>
      side.kind === 'value' ? bound(side.microseconds, 'integer') : own,
    );
    const rest: Fragment = [first!, ` ${operator} `, second!];
    if (operator === '=') return ['(', this.dialect.date('=', left, right), ' AND ', rest, ')'];
    const isOther = this.dialect.date(operator === '<=' ? '<' : operator, left, right);
    if (operator === '<>') return ['(', isOther, ' OR ', rest, ')'];
    // The first part is a range of an index.
    return ['(', this.dialect.date('<=', left, right), ' AND (', isOther, ' OR ', rest, '))'];
  }

  #booleans(operator: Comparison, left: Operand, right: Operand): Fragment {
    const [column, other] = left.kind === 'column' ? [left, right] : [right as Column, left];
    if (other.kind === 'value')
      return this.dialect.boolean(this.#column(column), (other.value as boolean) === (operator === '='));
    const same = (value: boolean): Fragment => [
      '(',
      this.dialect.boolean(this.#column(column), value),
      ' AND ',
      this.dialect.boolean(this.#column(other), operator === '=' ? value : !value),
      ')',
    ];
    return ['(', same(true), ' OR ', same(false), ')'];
  }

  #in(column: Column, values: readonly Scalar[]): Fragment {
    const sql = this.#column(column);
    switch (column.type) {
      case 'string':
        return this.dialect.textIn(this.#columnSide(column), values as readonly string[]);
      case 'integer':
      case 'float':
        return this.dialect.numberIn(sql, values as readonly (number | bigint)[], column.type === 'integer');
      case 'boolean':
      case 'decimal':
      case 'date':
        return balanced(
          values.map((value) => this.#compare('=', column, { kind: 'value', value })),
          ' OR ',
        );
    }
  }

  #side(operand: Operand): Side {
    return operand.kind === 'value' ? operand : this.#columnSide(operand);
  }

  #columnSide(column: Column): ColumnSide {
    const { scope, field } = column;
    if (column.member !== undefined || column.derived !== undefined)
      return { kind: 'column', column, sql: this.#column(column), storage: 'other' };
    const hasStorage = (column.type === 'string' || column.type === 'date') && scope !== this.actor?.scope;
    const storage = hasStorage ? this.names.storage(scope.type, field) : 'text';
    const labels = hasStorage ? this.names.labels(scope.type, field) : undefined;
    return { kind: 'column', column, sql: this.#column(column), storage, labels };
  }

  #column(column: Column): Fragment {
    const { scope, field, type, member, derived } = column;
    if (derived !== undefined) return this.#derived(scope, derived);
    if (member === undefined) return this.#field(scope, field);
    return this.dialect.json.value(this.#json(column), member.path, member.isObject ? 'object' : type);
  }

  #derived(scope: Scope, { from: stored, read }: DerivedNumber): Fragment {
    const from: Column = { ...stored, scope };
    if (read === 'length') return this.dialect.textLength(this.#column(from));
    if (scope === this.actor?.scope)
      throw new NanookOrmError('NANOOK_ORM_SQL_INEXPRESSIBLE', {
        construct: `\`${from.field}.${read}()\` of the actor of row-level security`,
      });
    return this.dialect.dateNumber(this.#column(from), from, read);
  }

  /** Prints the column that holds the JSON of a member. */
  #json({ scope, member }: Column): Fragment {
    this.names.checkJson(scope.type, member!.column);
    return this.#field(scope, member!.column);
  }

  #field(scope: Scope, field: string): Fragment {
    if (scope === this.actor?.scope) return this.actor.field(field);
    const name = this.names.column(scope.type, field);
    if (scope.id === this.row.id) return { kind: 'root-column', field, name };
    return `${this.#aliasOf.get(scope.id)}.${this.dialect.quote(name)}`;
  }

  /**
   * Prints related rows with their guard. A guard of an alternative with many rows is not used, because a set of them costs more than it
   * saves: the first query finds out whether it has, and so the set never has more rows. Where the related row is required, PostgreSQL decides
   * by its statistics whether to start from the rows of the guard. MariaDB starts from the related rows themselves.
   */
  #guarded(filter: Related): Fragment {
    const { where: guard, isAlternative } = this.#guards.get(filter) ?? {};
    const exact = this.#exists(filter.step, filter.where);
    if (guard === undefined) return exact;
    if (isAlternative !== true)
      return this.dialect.name === 'postgres'
        ? ['(', this.#related(filter.step, guard, 'EXISTS (SELECT 1'), ' AND ', exact, ')']
        : exact;
    const { from, relation } = filter.step;
    const own = relation.local.map((field) => this.#field(from, field));
    const isLarge = this.#keysOf(filter.step, guard, atWide, 1);
    const set = this.#newAlias();
    const keys = this.#keysOf(filter.step, guard, `LIMIT ${minWide}`);
    const names = own.map((_, i) => `k${i}`).join(', ');
    return [
      '(((',
      isLarge,
      ') IS NOT NULL OR (',
      joined(own, ', '),
      `) IN (SELECT ${names} FROM (`,
      keys,
      `) ${set})) AND `,
      exact,
      ')',
    ];
  }

  /** Prints the query of the keys of related rows of all rows. */
  #keysOf(step: RelationStep, where: RowFilter, limit: string, count?: number, cast = ''): Fragment {
    const { source, conditions, keys } = this.#joined(step, where, false);
    const selected = keys.slice(0, count).map(({ sql }, i): Fragment => [sql, `${cast} AS k${i}`]);
    return [
      'SELECT ',
      joined(selected, ', '),
      ` FROM ${source} WHERE `,
      joined(conditions, ' AND '),
      ` ${limit}`,
    ];
  }

  /**
   * A set has the keys of rows that exist, so the related row is not read to find out whether it is a member: its key in the row itself is
   * compared, which an index serves.
   */
  #exists(step: RelationStep, where: RowFilter): Fragment {
    const { from, relation, to, isWide } = step;
    // Databases find the rows of `EXISTS` once if they estimate that it pays, also for a page that needs few of them.
    if (isWide === true) return ['(', this.#related(step, where, '(SELECT 1', ' LIMIT 1'), ' IS NOT NULL)'];
    const parts = where.kind === 'and' ? where.parts : [where];
    const members = leadsByKey(step, this.dialect) ? parts.filter((part) => isMember(part, to)) : [];
    const others = parts.filter((part) => !members.includes(part));
    const printed = members.map((part) =>
      this.#member(part as Member, from, (field) => relation.local[relation.foreign.indexOf(field)]!),
    );
    if (members.length === 0 || others.length > 0) {
      const rest: RowFilter = members.length === 0 ? where : { kind: 'and', parts: others };
      printed.push(this.#withKnownKey(step, rest, this.#related(step, rest, 'EXISTS (SELECT 1')));
    }
    return printed.length === 1 ? printed[0]! : ['(', joined(printed, ' AND '), ')'];
  }

  /** @param fieldOf returns the field of the row that holds a field of the key */
  #member(member: Member, row: Scope, fieldOf: (field: string) => string = (field) => field): Fragment {
    if (member.kind !== 'found-before')
      return this.#inSet(
        row,
        member.set.key.map(fieldOf),
        member.set,
        member.kind === 'in-set' ? 'IN' : 'NOT IN',
      );
    const { alias, key } = this.#sets.at(-1)!;
    return joined(
      key.map((field, i): Fragment => [this.#field(row, fieldOf(field)), ` = ${alias}.k${i}`]),
      ' AND ',
    );
  }

  /**
   * Prints a query of the keys in the join table of a relation, for the rows `from` of the filter: their own key as `k0` and so on, then that of
   * the related row.
   */
  joinedKeys(step: RelationStep): Fragment {
    const { from, relation } = step;
    const alias = this.#newAlias();
    this.#aliasOf = new Map([[from.id, alias]]);
    const { source, conditions, foreign } = this.#joined(step, { kind: 'always' }, true);
    const keys = [...relation.local.map((field) => this.#field(from, field)), ...foreign];
    const selected = joined(
      keys.map((key, i): Fragment => [key, ` AS k${i}`]),
      ', ',
    );
    const where = joined([...conditions, this.print(this.filter)], ' AND ');
    return ['SELECT ', selected, ` FROM ${this.#table(from.type.name)} ${alias}, ${source} WHERE `, where];
  }

  #count(step: RelationStep, operator: CountOperator | '<>', other: Operand): Fragment {
    const column: Column = { kind: 'column', scope: step.to, field: '', type: 'integer', nullable: false };
    const sql = this.#related(step, { kind: 'always' }, '(SELECT COUNT(*)');
    const [count, number] = [{ kind: 'column', column, sql, storage: 'other' } as const, this.#side(other)];
    switch (operator) {
      case '>':
        return this.dialect.number('<', number, count);
      case '>=':
        return this.dialect.number('<=', number, count);
      default:
        return this.dialect.number(operator, count, number);
    }
  }

  /** Prints a part about related rows or a set as a function that is called once, if only a function may read them. */
  #functionOf(filter: Parameters<typeof separateSet>[0]): Fragment | undefined {
    if (this.#aliasOf.size > 0 || this.functions?.areNeeded(filter) !== true) return undefined;
    const set = separateSet(filter, this.row, this.actor?.scope);
    if (set === undefined) return undefined;
    const isNegative = filter.kind === 'none' || filter.kind === 'not-in-set';
    const { own, query, column } = set.kind === 'recursive' ? this.#recursive(set) : this.#separate(set);
    const among: Fragment = [own, ' IN (SELECT ', this.functions.call(query, column), ')'];
    return isNegative ? ['((', among, ') IS NOT TRUE)'] : among;
  }

  #recursive({ member: { row, set } }: Extract<SeparateSet, { readonly kind: 'recursive' }>) {
    const [field] = set.key as readonly [string];
    return { own: this.#field(row, field), query: this.#setOf(set), column: this.#keyColumn(set.row, field) };
  }

  #keyColumn({ type }: Scope, field: string): string {
    return `${this.#table(type.name)}.${this.dialect.quote(this.names.column(type, field))}`;
  }

  /** Returns a part of the filter as a set of keys of an exact type; `undefined` for another part. */
  keySet(filter: RowFilter): KeySet | undefined {
    if (filter.kind !== 'exists' && filter.kind !== 'in-set') return undefined;
    return this.#recursiveKeys(filter) ?? this.#relatedKeys(filter) ?? this.#keysOfGuard(filter);
  }

  /** Related rows that are compared with the row itself are found by the wider condition that uses no other row. */
  #keysOfGuard(filter: Related | SetMember): KeySet | undefined {
    if (filter.kind !== 'exists' || this.actor === undefined) return undefined;
    const guard = relatedGuards(filter, new Set([this.actor.scope.id])).get(filter);
    const wider = guard && this.#relatedKeys({ ...filter, where: guard.where });
    return wider && { ...wider, ofOneRow: filter, isWider: true };
  }

  /** A set has the keys of rows that exist, so a related row that must be one of them is not read. */
  #recursiveKeys(filter: Related | SetMember): KeySet | undefined {
    const member = 'set' in filter ? filter : filter.where;
    if (member.kind !== 'in-set' || member.set.key.length !== 1) return undefined;
    const { set } = member;
    const [key] = set.key as readonly [string];
    const type = this.exactKey(set.row, key);
    const isOfRow = 'set' in filter ? filter.row.id === this.row.id : this.#leadsToMember(filter, member);
    const field = 'set' in filter ? key : filter.step.relation.local[0]!;
    if (type === undefined || !isOfRow || this.exactKey(this.row, field) !== type) return undefined;
    const canAscend = ascentOf(set, this.dialect) !== undefined;
    const upwards: RowFilter = canAscend ? { ...member, set: { ...set, isWide: true } } : member;
    return {
      field,
      type,
      query: this.#setOf(set),
      column: this.#keyColumn(set.row, key),
      ofOneRow: 'set' in filter ? upwards : { ...filter, where: upwards },
      isWider: false,
    };
  }

  #leadsToMember({ step }: Related, member: SetMember): boolean {
    return step.from.id === this.row.id && leadsByKey(step, this.dialect) && isMember(member, step.to);
  }

  #relatedKeys(filter: Related | SetMember): KeySet | undefined {
    const set = separateSet(filter, this.row, this.actor?.scope);
    if (set?.kind !== 'related') return undefined;
    const { step, by } = set;
    const field = by === undefined ? step.relation.local[0]! : by.own.field;
    const type = this.exactKey(this.row, field);
    const isExact = by !== undefined || step.relation.through !== undefined || this.hasEqualKeys(step);
    if (type === undefined || !isExact) return undefined;
    this.#findsKeys = true;
    const { query, column } = this.#separate(set, ' UNION ALL ');
    this.#findsKeys = false;
    const ofOneRow = 'step' in filter ? { ...filter, step: { ...step, isWide: true } } : filter;
    return { field, type, query, column, ofOneRow, isWider: false };
  }

  /** Each alternative is a query of its own that uses its own index; one query for all of them would read all rows. */
  #separate({ step, where, by }: Extract<SeparateSet, { readonly kind: 'related' }>, union = ' UNION ') {
    const { from, relation, to } = step;
    const own = by === undefined ? this.#field(from, relation.local[0]!) : this.#column(by.own);
    const ways = (where.kind === 'or' ? where.parts : [where]).map((way) => {
      const { alias, source, conditions, keys } = this.#joined(step, way, by !== undefined);
      const name = by && this.dialect.quote(this.names.column(to.type, by.related.field));
      const { sql, column } =
        name === undefined
          ? keys[0]!
          : { sql: `${alias}.${name}`, column: `${this.#table(to.type.name)}.${name}` };
      const filter = conditions.length === 0 ? '1=1' : joined(conditions, ' AND ');
      return { query: ['SELECT ', sql, ` FROM ${source} WHERE `, filter] as Fragment, column };
    });
    return {
      own,
      query: joined(
        ways.map(({ query }) => query),
        union,
      ),
      column: ways[0]!.column,
    };
  }

  /** Prints a sub-query over related rows. @param select its beginning, such as `EXISTS (SELECT 1` */
  #related(step: RelationStep, where: RowFilter, select: string, limit = ''): Fragment {
    const { source, conditions } = this.#joined(step, where, true);
    return [`${select} FROM ${source} WHERE `, joined(conditions, ' AND '), `${limit})`];
  }

  /**
   * Prints the tables and the conditions of related rows.
   *
   * @param isLinked whether the conditions say that the rows are related to the row `from`
   * @returns also the columns that hold the key of the row `from`
   */
  #joined({ from, relation, to }: RelationStep, where: RowFilter, isLinked: boolean) {
    const quote = (name: string) => this.dialect.quote(name);
    const alias = this.#newAlias();
    const outer = this.#aliasOf;
    const local = isLinked ? relation.local.map((field) => this.#field(from, field)) : [];
    this.#aliasOf = new Map(outer).set(to.id, alias);
    const target = this.#table(to.type.name);
    const conditions: Fragment[] = [];
    let source = `${target} ${alias}`;
    const foreign = relation.foreign.map((field) => this.#field(to, field));
    let keys = relation.foreign.map((field, i) => ({
      sql: foreign[i]!,
      column: `${target}.${quote(this.names.column(to.type, field))}`,
    }));
    const { through } = relation;
    if (through !== undefined) {
      const join = this.#newAlias();
      const joinTable = this.#tableName(this.names.joinTable(through.table));
      source = `${joinTable} ${join}, ${source}`;
      // The type of a column in a join table is not known, and PostgreSQL compares a UUID with no text.
      const isText = (i: number) =>
        from === this.actor?.scope && this.actor.typeOf(relation.local[i]!) === 'string';
      keys = through.local.map((name, i) => ({
        sql: `${join}.${quote(name)}${isText(i) ? '::text COLLATE "C"' : ''}`,
        column: `${joinTable}.${quote(name)}`,
      }));
      if (isLinked) keys.forEach(({ sql }, i) => conditions.push([sql, ' = ', local[i]!]));
      through.foreign.forEach((name, i) => conditions.push([`${join}.${quote(name)} = `, foreign[i]!]));
    } else if (isLinked) {
      if (from === this.actor?.scope) conditions.push(...this.#keysOfActor(relation, to, this.actor));
      else foreign.forEach((field, i) => conditions.push([field, ' = ', local[i]!]));
    }
    for (const [field, value] of relation.where)
      conditions.push(
        value === null
          ? [this.#field(to, field), ' IS NULL']
          : this.#compare('=', columnLike(value, to, field), { kind: 'value', value }),
      );
    if (where.kind !== 'always') conditions.push(this.print(where));
    this.#aliasOf = outer;
    return { alias, source, conditions, keys, foreign };
  }

  /** Adds the values that the own key of a related row must have: with them, the database can use an index before it looks for the row. */
  #withKnownKey({ from, relation, to }: RelationStep, where: RowFilter, exists: Fragment): Fragment {
    const [local, foreign] = [relation.local[0]!, relation.foreign[0]!];
    if (relation.through !== undefined || from === this.actor?.scope) return exists;
    const known = knownValues(where, to, foreign);
    const storage = (scope: Scope, field: string) => this.names.storage(scope.type, field);
    if (known === undefined || known.values.length > maxKnownKeys) return exists;
    const key = this.#field(from, local);
    const among = (): Fragment | undefined => {
      if (known.type === 'integer')
        return this.dialect.numberIn(key, known.values as readonly number[], true);
      const [own, other] = [storage(from, local), storage(to, foreign)];
      if (own !== other || (own !== 'text' && own !== 'uuid')) return undefined;
      const values = known.values as readonly string[];
      return own === 'text'
        ? this.dialect.keyIn(key, values)
        : this.dialect.textIn(this.#columnSide(columnLike('', from, local)), values);
    };
    const isAmong = among();
    return isAmong === undefined ? exists : ['(', isAmong, ' AND ', exists, ')'];
  }

  /** The keys of an actor are compared exactly: no foreign key of the database guarantees that they have the types of the columns. */
  #keysOfActor({ local, foreign }: Relation, to: Scope, actor: PrintedActor): Fragment[] {
    const column = (scope: Scope, field: string, type: Column['type']): Column => ({
      kind: 'column',
      scope,
      field,
      type,
      nullable: true,
    });
    return local.map((field, i) => {
      const type = actor.typeOf(field);
      return this.#compare('=', column(to, foreign[i]!, type), column(actor.scope, field, type));
    });
  }

  /** Returns the query of the first keys of related rows. */
  firstKeys({ step, where }: Related, count: number): Fragment {
    // PostgreSQL compares a `char(n)` with a text without the spaces at its end.
    const isText = this.dialect.name === 'postgres' && isField(step, 'String');
    return this.#keysOf(step, where, `LIMIT ${count}`, 1, isText ? '::text' : '');
  }

  /** Returns the query that finds a row if the related rows are many. */
  isWide({ step, where }: Related): Fragment {
    return this.#keysOf(step, where, atWide, 1);
  }

  /** The same for a recursive set; `undefined` for one that cannot be asked from a row upwards. */
  isWideSet(set: FilterSet): Fragment | undefined {
    // MariaDB finds all rows of a recursion before the first one, and refuses one that uses columns of an outer query.
    if (this.dialect.name !== 'postgres' || ascentOf(set, this.dialect) === undefined) return undefined;
    return [this.#setOf(set), ` ${atWide}`];
  }

  /** @param fields the fields of the row that hold the key */
  #inSet(row: Scope, fields: readonly string[], set: FilterSet, operator: 'IN' | 'NOT IN'): Fragment {
    if (set.isWide === true) return [operator === 'IN' ? '' : 'NOT ', this.#upwards(row, fields, set)];
    const own = fields.map((field) => this.#field(row, field));
    if (this.#findsKeys && operator === 'IN' && own.length === 1)
      return [own[0]!, ' = ANY (ARRAY(', this.#setOf(set), '))'];
    return ['(', joined(own, ', '), `) ${operator} (`, this.#setOf(set), ')'];
  }

  /**
   * Prints the query of a set. It is computed on its own, from the rows that are in it downwards: MariaDB refuses one that uses columns of
   * an outer query. Each way into the set is a query of its own that uses its own index; one query for all of them would read all rows.
   */
  #setOf(set: FilterSet): Fragment {
    const quote = (name: string) => this.dialect.quote(name);
    const found = this.#newAlias();
    const table = this.#table(set.row.type.name);
    const keys = set.key.map((_, i) => `k${i}`).join(', ');
    const outer = this.#aliasOf;
    this.#sets.push({ alias: found, key: set.key });
    const select = (filter: RowFilter, beside: string): Fragment => {
      const alias = this.#newAlias();
      this.#aliasOf = new Map([[set.row.id, alias]]);
      const selected = set.key
        .map((field) => `${alias}.${quote(this.names.column(set.row.type, field))}`)
        .join(', ');
      return [`SELECT ${selected} FROM ${table} ${alias}${beside} WHERE `, this.print(filter)];
    };
    const { base } = set;
    const first = (base.kind === 'or' ? base.parts : [base]).map((part) => select(part, ''));
    const then = select(set.step, `, ${found}`);
    this.#sets.pop();
    this.#aliasOf = outer;
    return [
      `WITH RECURSIVE ${found}(${keys}) AS (`,
      joined([...first, then], ' UNION '),
      `) SELECT ${keys} FROM ${found}`,
    ];
  }

  /** Prints the condition that a row, or one that a walk upwards from it finds, is one of the first rows of a set. */
  #upwards(row: Scope, fields: readonly string[], set: FilterSet): Fragment {
    const { step, others } = ascentOf(set, this.dialect)!;
    const table = this.#table(set.row.type.name);
    const [found, start, next, above, first] = Array.from({ length: 5 }, () => this.#newAlias()) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const columnOf = (alias: string, field: string) =>
      `${alias}.${this.dialect.quote(this.names.column(set.row.type, field))}`;
    const columnsOf = (alias: string) => set.key.map((field) => columnOf(alias, field)).join(', ');
    const keys = set.key.map((_, i) => `k${i}`).join(', ');
    const isFound = (alias: string): Fragment =>
      joined(
        set.key.map((field, i) => `${columnOf(alias, field)} = ${found}.k${i}`),
        ' AND ',
      );
    const isStart = joined(
      set.key.map((field, i): Fragment => [`${columnOf(start, field)} = `, this.#field(row, fields[i]!)]),
      ' AND ',
    );
    const { local, foreign } = step.relation;
    const isAbove = local.map((field, i) => `${columnOf(above, foreign[i]!)} = ${columnOf(next, field)}`);
    const outer = this.#aliasOf;
    const within = (alias: string, filter: RowFilter): Fragment => {
      this.#aliasOf = new Map([[set.row.id, alias]]);
      const printed = this.print(filter);
      this.#aliasOf = outer;
      return printed;
    };
    return [
      `EXISTS (WITH RECURSIVE ${found}(${keys}) AS (SELECT ${columnsOf(start)} FROM ${table} ${start} WHERE `,
      isStart,
      ` UNION SELECT ${columnsOf(above)} FROM ${found}, ${table} ${next}, ${table} ${above} WHERE `,
      isFound(next),
      ` AND ${isAbove.join(' AND ')} AND `,
      within(next, others),
      `) SELECT 1 FROM ${found}, ${table} ${first} WHERE `,
      isFound(first),
      ' AND ',
      within(first, set.base),
      ')',
    ];
  }

  #table(type: string): string {
    return this.#tableName(this.names.table(type));
  }

  #tableName(name: TableName): string {
    return quotedTable(name, this.dialect);
  }

  #newAlias(): string {
    return `nanook${++this.#aliases}`;
  }
}

/** Returns whether a filter names the key of its only row. */
export const isOneRow = (filter: RowFilter, { id, type }: Scope): boolean =>
  filter.kind === 'and' &&
  type.key !== undefined &&
  type.key.every((field) =>
    filter.parts.some(
      (part) =>
        part.kind === 'compare' &&
        part.operator === '=' &&
        isOwnKey(part.left, id, field) &&
        part.right.kind === 'value',
    ),
  );

const isOwnKey = (side: Operand, id: number, field: string): boolean =>
  side.kind === 'column' && side.scope.id === id && side.field === field;

type Member = Extract<RowFilter, { readonly kind: 'in-set' | 'not-in-set' | 'found-before' }>;
type SetMember = Extract<RowFilter, { readonly kind: 'in-set' | 'not-in-set' }>;

/** Returns whether the key of a related row is declared as a type. */
export function isField({ relation, to }: RelationStep, name: 'Integer' | 'String'): boolean {
  const type = relation.through === undefined ? to.type.fields?.get(relation.foreign[0]!)?.type : undefined;
  return type?.kind === 'named' && type.name === name;
}

/** Whether a filter holds only for a row whose key is in a set. */
const isMember = (filter: RowFilter, row: Scope): boolean =>
  (filter.kind === 'in-set' || filter.kind === 'found-before') && filter.row.id === row.id;

/** Whether a relation leads to the row whose key the row itself holds. SQLite compares texts by the collation of one of both columns. */
function leadsByKey({ relation, to }: RelationStep, { name }: Dialect): boolean {
  const { kind, through, where, foreign } = relation;
  const { key = [], fields } = to.type;
  const isText = (field: string): boolean => {
    const type = fields?.get(field)?.type;
    return type?.kind !== 'named' || type.name !== 'Integer';
  };
  return (
    kind === 'one' &&
    through === undefined &&
    where.size === 0 &&
    foreign.length === key.length &&
    key.length > 0 &&
    key.every((field) => foreign.includes(field) && (name !== 'sqlite' || !isText(field)))
  );
}

/**
 * Returns how the rows of a set lead upwards: each over one relation to the row that must be found before it.
 *
 * @returns the relation, and the other conditions of the row; `undefined` for a set whose rows lead elsewhere too
 */
function ascentOf(
  { row, step: filter }: FilterSet,
  dialect: Dialect,
): { readonly step: RelationStep; readonly others: RowFilter } | undefined {
  const parts = filter.kind === 'and' ? filter.parts : [filter];
  for (const part of parts) {
    if (part.kind !== 'exists' || part.step.from.id !== row.id || part.step.to.type !== row.type) continue;
    if (part.where.kind !== 'found-before' || !leadsByKey(part.step, dialect)) continue;
    const others = parts.filter((each) => each !== part);
    return {
      step: part.step,
      others: others.length === 0 ? { kind: 'always' } : { kind: 'and', parts: others },
    };
  }
  return undefined;
}

/** The column of a field, as one that holds values like this one. */
function columnLike(value: string | number | boolean, scope: Scope, field: string): Column {
  const type =
    typeof value === 'string'
      ? 'string'
      : typeof value === 'boolean'
        ? 'boolean'
        : Number.isSafeInteger(value)
          ? 'integer'
          : 'float';
  return { kind: 'column', scope, field, type, nullable: true };
}
