import type { DeclaredType } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';
import type { Column, Comparable, Computed, Operand, RelationStep, ScalarType, Scope } from './condition.js';
import type { RowFilter } from './row-filter.js';

// Random filters, and an evaluator in memory that decides which rows of a small database they accept: a comparison with `NULL` is false, and
// columns can hold `NULL` even if their declaration excludes it.

type Row = Readonly<Record<string, string | number | null>>;
export type World = Readonly<Record<string, readonly Row[]>>;

export const relation = (
  kind: Relation['kind'],
  name: string,
  type: string,
  local: string,
  foreign: string,
) =>
  ({
    kind,
    name,
    type,
    local: [local],
    foreign: [foreign],
    through: undefined,
    // A foreign key to each `id`.
    enforced: kind === 'one' && foreign === 'id',
    where: new Map(),
  }) as Relation;
const typeOf = (name: string): DeclaredType => ({ name, key: ['id'] }) as unknown as DeclaredType;
export const typesByName = { Item: typeOf('Item'), Team: typeOf('Team'), Note: typeOf('Note') };
export const relations: Readonly<Record<string, readonly Relation[]>> = {
  Item: [
    relation('one', 'team', 'Team', 'teamId', 'id'),
    relation('one', 'named', 'Team', 's', 's'),
    relation('one', 'parent', 'Item', 'parentId', 'id'),
    relation('many', 'notes', 'Note', 'id', 'itemId'),
  ],
  Team: [relation('many', 'items', 'Item', 'id', 'teamId')],
  Note: [relation('one', 'item', 'Item', 'itemId', 'id')],
};
const columnTypes: Readonly<Record<string, ScalarType>> = {
  id: 'integer',
  teamId: 'integer',
  parentId: 'integer',
  itemId: 'integer',
  n: 'integer',
  f: 'float',
  s: 'string',
};
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  Item: ['id', 'n', 'f', 's', 'teamId', 'parentId'],
  Team: ['id', 'n', 's'],
  Note: ['id', 'n', 'itemId'],
};

// ── the evaluator ──

type Rows = ReadonlyMap<number, Row>;

export class Evaluator {
  readonly #found: Row[][] = [];
  constructor(readonly world: World) {}

  accepts(filter: RowFilter, rows: Rows): boolean {
    const of = (operand: Operand) =>
      operand.kind === 'value'
        ? (operand.value as string | number)
        : rows.get(operand.scope.id)![operand.field]!;
    const numberOf = (side: Comparable): Row[string] => {
      if (side.kind !== 'computed') return of(side);
      const [left, right] = [numberOf(side.left), numberOf(side.right)];
      if (typeof left !== 'number' || typeof right !== 'number') return null;
      return side.operator === '+' ? left + right : left * right;
    };
    switch (filter.kind) {
      case 'always':
        return true;
      case 'never':
        return false;
      case 'and':
        return filter.parts.every((part) => this.accepts(part, rows));
      case 'or':
        return filter.parts.some((part) => this.accepts(part, rows));
      case 'exists':
        return this.#leadsTo(filter.step, filter.where, rows);
      case 'none':
        return !this.#leadsTo(filter.step, filter.where, rows);
      case 'null':
        return of(filter.column) === null;
      case 'not-null':
        return of(filter.column) !== null;
      case 'in':
        return (filter.values as readonly unknown[]).includes(of(filter.column));
      case 'not-in':
        return (
          of(filter.column) !== null && !(filter.values as readonly unknown[]).includes(of(filter.column))
        );
      case 'count': {
        const { from, relation: counted } = filter.step;
        const key = rows.get(from.id)![counted.local[0]!];
        const found = this.world[counted.type]!.filter(
          (row) => key !== null && row[counted.foreign[0]!] === key,
        ).length;
        const other = of(filter.other) as number | null;
        if (other === null) return false;
        const { operator } = filter;
        if (operator === '>') return found > other;
        return operator === '>=' ? found >= other : compare(operator, found, other);
      }
      case 'text':
      case 'not-text': {
        const [text, part] = [of(filter.text), of(filter.part)];
        if (text === null || part === null) return false;
        const { test } = filter;
        const holds =
          test === 'lowers-to'
            ? (text as string).toLowerCase() === part
            : (text as string)[test](part as string);
        return holds === (filter.kind === 'text');
      }
      case 'contains':
      case 'lacks': {
        const [elements, item] = [elementsOf(of(filter.column)), filter.item && of(filter.item)];
        return (item !== null && elements.includes(item)) === (filter.kind === 'contains');
      }
      case 'readable-elements':
      case 'unreadable-elements': {
        const list = of(filter.column);
        const isReadable = list !== null && !elementsOf(list).includes(unreadable);
        return isReadable === (filter.kind === 'readable-elements');
      }
      case 'compare':
        return compare(filter.operator, of(filter.left), of(filter.right));
      case 'computed':
        return compare(filter.operator, numberOf(filter.left), numberOf(filter.right));
      case 'computable':
      case 'uncomputable':
        return (numberOf(filter.number) !== null) === (filter.kind === 'computable');
      case 'in-set':
      case 'not-in-set': {
        const { set } = filter;
        const { id } = rows.get(filter.row.id)!;
        const found: Row[] = [];
        this.#found.push(found);
        const candidates = this.world[set.row.type.name]!;
        const add = (part: RowFilter): boolean => {
          const added = candidates.filter(
            (row) => !found.includes(row) && this.accepts(part, new Map([[set.row.id, row]])),
          );
          found.push(...added);
          return added.length > 0;
        };
        add(set.base);
        while (add(set.step));
        this.#found.pop();
        return found.some((row) => row['id'] === id) === (filter.kind === 'in-set');
      }
      case 'found-before':
        return this.#found.at(-1)!.includes(rows.get(filter.row.id)!);
      default:
        throw new Error(`the generator makes no ${filter.kind}`);
    }
  }

  #leadsTo(
    { from, relation: { local, foreign, type }, to }: RelationStep,
    where: RowFilter,
    rows: Rows,
  ): boolean {
    const value = rows.get(from.id)![local[0]!];
    return this.world[type]!.some(
      (row) =>
        value !== null && row[foreign[0]!] === value && this.accepts(where, new Map(rows).set(to.id, row)),
    );
  }
}

/** A list is stored as a text of its elements, which have one character each. */
const elementsOf = (list: Row[string]): readonly Row[string][] => [...String(list ?? '')];
const unreadable = '?';

// ── the generator ──

function compare(operator: '=' | '<>' | '<' | '<=', left: Row[string], right: Row[string]): boolean {
  if (left === null || left === undefined || right === null || right === undefined) return false;
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
  }
}

/** Makes filters whose parts often repeat, from a stream of random numbers. */
export class Generator {
  #rows = 0;
  constructor(private state: number) {}

  next(below: number): number {
    this.state = (this.state * 48_271) % (2 ** 31 - 1);
    return this.state % below;
  }

  /** Makes one of three filters: equal ones differ only in the numbers of their rows. */
  repeated(depth: number, scopes: readonly Scope[]): RowFilter {
    if (this.next(3) === 0) return this.filter(depth, scopes);
    const which = 1 + this.next(3) * 7919 + Math.max(0, depth);
    const { state } = this;
    this.state = which;
    const filter = this.filter(depth, scopes);
    this.state = state;
    return filter;
  }

  root(): Scope {
    return { id: this.#rows++, type: typesByName.Item };
  }

  filter(depth: number, scopes: readonly Scope[]): RowFilter {
    const choice = this.next(depth <= 0 ? 6 : 16);
    if (choice >= 12) {
      const kind = this.next(3) > 0 ? 'exists' : 'none';
      const from = scopes[this.next(3) > 0 ? scopes.length - 1 : this.next(scopes.length)]!;
      const choices = relations[from.type.name]!;
      const found = choices[this.next(choices.length)]!;
      const to = { id: this.#rows++, type: typesByName[found.type as 'Item'] };
      return { kind, step: { from, relation: found, to }, where: this.repeated(depth - 1, [...scopes, to]) };
    }
    if (choice === 11) return this.#set(depth, scopes);
    if (choice >= 6) {
      return this.junction(depth - 1, scopes);
    }
    return this.leaf(scopes);
  }

  junction(depth: number, scopes: readonly Scope[]): RowFilter {
    const kind = this.next(2) > 0 ? 'and' : 'or';
    if (this.next(4) === 0) return this.#rules(kind, depth, scopes);
    return { kind, parts: Array.from({ length: 2 + this.next(4) }, () => this.repeated(depth, scopes)) };
  }

  /** Makes the form of many rules about one relation: each has a condition of its own beside the related row, often about another one. */
  #rules(kind: 'and' | 'or', depth: number, scopes: readonly Scope[]): RowFilter {
    const from = scopes.at(-1)!;
    const choices = relations[from.type.name]!;
    const found = choices[this.next(choices.length)]!;
    const leading = (quantifier: 'exists' | 'none', whereOf: (to: Scope) => RowFilter): RowFilter => {
      const to = { id: this.#rows++, type: typesByName[found.type as 'Item'] };
      return { kind: quantifier, step: { from, relation: found, to }, where: whereOf(to) };
    };
    const own = (): RowFilter =>
      // Another row of the relation must stay another one.
      this.next(2) === 0 ? this.leaf(scopes) : leading('exists', (to) => this.leaf([to]));
    const rule = (): RowFilter => ({
      kind: kind === 'or' ? 'and' : 'or',
      parts: [
        own(),
        leading(kind === 'or' ? 'exists' : 'none', (to) =>
          this.next(2) === 0 ? this.leaf([to]) : this.repeated(depth - 2, [...scopes, to]),
        ),
      ],
    });
    return { kind, parts: Array.from({ length: 3 + this.next(3) }, rule) };
  }

  /**
   * Makes a related row with alternatives, each about a further related row, or about the related row and the rows around it. Half of the
   * related rows also have a value that all alternatives share.
   */
  alternatives(scopes: readonly Scope[]): RowFilter {
    const leading = (from: Scope, whereOf: (to: Scope) => RowFilter): RowFilter => {
      const choices = relations[from.type.name]!;
      const found = choices[this.next(choices.length)]!;
      const to = { id: this.#rows++, type: typesByName[found.type as 'Item'] };
      const kind = this.next(4) > 0 ? 'exists' : 'none';
      return { kind, step: { from, relation: found, to }, where: whereOf(to) };
    };
    const isNested = this.next(2) === 0;
    return leading(scopes.at(-1)!, (to) => {
      const listed = (): RowFilter => {
        const column = this.column([to]);
        return { kind: 'in', column, values: [this.value(column)] };
      };
      const alternative = (): RowFilter => ({
        kind: 'and',
        parts: [
          this.next(2) === 0 ? this.leaf([to]) : listed(),
          isNested ? leading(to, (further) => this.leaf([further])) : this.leaf([...scopes, to]),
        ],
      });
      const either: RowFilter = { kind: 'or', parts: [alternative(), alternative(), alternative()] };
      if (this.next(2) === 0) return either;
      const left = this.column([to]);
      const right: Operand = { kind: 'value', value: this.value(left) };
      return { kind: 'and', parts: [{ kind: 'compare', operator: '=', left, right }, either] };
    });
  }

  leaf(scopes: readonly Scope[]): RowFilter {
    const column = this.column(scopes);
    switch (this.next(11)) {
      case 10:
        return this.#arithmetic(column, scopes);
      case 9:
        return this.#elements(column, scopes);
      case 8: {
        const scope = scopes[this.next(scopes.length)]!;
        const choices = relations[scope.type.name]!;
        const found = choices[this.next(choices.length)]!;
        const to = { id: this.#rows++, type: typesByName[found.type as 'Item'] };
        const operator = (['=', '<>', '<', '<=', '>', '>='] as const)[this.next(6)]!;
        const other: Operand = column.type === 'integer' ? column : { kind: 'value', value: this.next(3) };
        return { kind: 'count', step: { from: scope, relation: found, to }, operator, other };
      }
      case 7:
        return column.type === 'string' ? this.#textTest(column, scopes) : this.#comparison(column, scopes);
      case 0:
        return { kind: 'null', column };
      case 1:
        return { kind: 'not-null', column };
      case 2:
        return { kind: 'in', column, values: [this.value(column), this.value(column)] };
      case 3:
        return { kind: 'not-in', column, values: [this.value(column)] };
      default:
        return this.#comparison(column, scopes);
    }
  }

  #elements(other: Column, scopes: readonly Scope[]): RowFilter {
    const items = scopes.filter(({ type }) => type === typesByName.Item);
    if (items.length === 0) return this.#comparison(other, scopes);
    const scope = items[this.next(items.length)]!;
    const list = { hasNil: false };
    const column: Column = { kind: 'column', scope, field: 'list', type: 'string', nullable: true, list };
    if (this.next(3) === 0)
      return { kind: this.next(2) > 0 ? 'readable-elements' : 'unreadable-elements', column };
    const item: Operand = other.type === 'string' ? other : { kind: 'value', value: this.value(column) };
    return { kind: this.next(2) > 0 ? 'contains' : 'lacks', column, item };
  }

  #arithmetic(other: Column, scopes: readonly Scope[]): RowFilter {
    if (other.type === 'string') return this.#comparison(other, scopes);
    const column = this.column(scopes);
    const right: Operand = column.type === 'string' ? { kind: 'value', value: this.next(3) } : column;
    const operator = (['+', '*'] as const)[this.next(2)]!;
    const number: Computed = {
      kind: 'computed',
      operator,
      left: other,
      right,
      type: 'float',
      max: 9,
      min: 1,
    };
    if (this.next(3) === 0) return { kind: this.next(2) > 0 ? 'computable' : 'uncomputable', number };
    const value: Operand = { kind: 'value', value: this.next(5) };
    const operatorOfSides = (['=', '<>', '<', '<='] as const)[this.next(4)]!;
    return { kind: 'computed', operator: operatorOfSides, left: number, right: value };
  }

  #textTest(text: Column, scopes: readonly Scope[]): RowFilter {
    const other = this.column(scopes);
    const part: Operand = other.type === 'string' ? other : { kind: 'value', value: this.value(text) };
    const test = (['startsWith', 'includes'] as const)[this.next(2)]!;
    return { kind: this.next(2) === 0 ? 'text' : 'not-text', test, text, part };
  }

  /** Compares a column with a value, or with another column of its type. */
  #comparison(column: Column, scopes: readonly Scope[]): RowFilter {
    const operator = (['=', '<>', '<', '<='] as const)[this.next(4)]!;
    const other = this.column(scopes);
    if (this.next(3) === 0 && (other.type === 'string') === (column.type === 'string'))
      return { kind: 'compare', operator, left: column, right: other };
    const value: Operand = { kind: 'value', value: this.value(column) };
    const [left, right] = this.next(3) > 0 ? [column, value] : [value, column];
    return { kind: 'compare', operator, left, right };
  }

  column(scopes: readonly Scope[]): Column {
    const scope = scopes[this.next(2) > 0 ? scopes.length - 1 : this.next(scopes.length)]!;
    const fields = fieldsOf[scope.type.name]!;
    const field = fields[this.next(fields.length)]!;
    return { kind: 'column', scope, field, type: columnTypes[field]!, nullable: true };
  }

  value({ type }: Column): string | number {
    return type === 'string' ? ['a', 'b', 'c'][this.next(3)]! : this.next(3);
  }

  #set(depth: number, scopes: readonly Scope[]): RowFilter {
    const items = scopes.filter(({ type }) => type === typesByName.Item);
    const row = { id: this.#rows++, type: typesByName.Item };
    const parent = { id: this.#rows++, type: typesByName.Item };
    const step: RowFilter = {
      kind: 'exists',
      step: { from: row, relation: relations['Item']![2]!, to: parent },
      where: { kind: 'found-before', row: parent },
    };
    const part = this.filter(Math.max(0, depth - 2), [row]);
    return {
      kind: this.next(2) > 0 ? 'in-set' : 'not-in-set',
      row: items[this.next(items.length)]!,
      set: {
        row,
        key: ['id'],
        base: this.filter(Math.max(0, depth - 2), [row]),
        step: { kind: 'and', parts: [part, step] },
      },
    };
  }
}

/** Makes a database in which each key of another row, `teamId`, `parentId` or `itemId`, is `NULL` or leads to a row. */
export const worlds = (next: (below: number) => number): World => {
  const maybe = (below: number) => (next(4) === 0 ? null : next(below));
  const text = () => ['a', 'b', 'c', null][next(4)]!;
  return {
    Item: Array.from({ length: 4 }, (_, id) => ({
      id,
      n: maybe(3),
      f: maybe(3),
      s: text(),
      list: ['', 'a', 'ab', 'c?', '?', null][next(6)]!,
      teamId: maybe(3),
      parentId: maybe(4),
    })),
    Team: Array.from({ length: 3 }, (_, id) => ({ id, n: maybe(3), s: text() })),
    Note: Array.from({ length: 4 }, (_, id) => ({ id, n: maybe(3), itemId: maybe(4) })),
  };
};
