import {
  isProjection,
  Relation,
  type Adapter,
  type Datum,
  type Filter,
  type FilterCondition,
} from './filter.js';

/** The part of a query of TypeORM that the adapter uses. */
interface QueryBuilder<Row> {
  innerJoin(entity: string, alias: string, condition: string): this;
  where(condition: string, parameters: object): this;
  getMany(): Promise<Row[]>;
}

/** The part of a connection, or a data source, of TypeORM that the adapter uses. */
interface Connection {
  getRepository(target: string): { createQueryBuilder(alias: string): unknown };
}

const operators: Readonly<Record<string, string>> = {
  Eq: '=',
  Geq: '>=',
  Gt: '>',
  Leq: '<=',
  Lt: '<',
  Neq: '!=',
};

/** Returns an adapter that queries a database with TypeORM. The name of each entity is the name of its class in the policy. */
export function typeOrmAdapter<Row>(connection: Connection): Adapter<QueryBuilder<Row>, Row> {
  return {
    executeQuery: (query) => query.getMany(),
    buildQuery: ({ model, conditions, relations, types }: Filter) => {
      const query = connection.getRepository(model).createQueryBuilder(model) as QueryBuilder<Row>;
      for (const { fromTypeName, fromFieldName, toTypeName } of relations) {
        const { myField, otherField } = types.get(fromTypeName)!.fields.get(fromFieldName) as Relation;
        query.innerJoin(toTypeName, toTypeName, `${fromTypeName}.${myField} = ${toTypeName}.${otherField}`);
      }
      const where = new Where();
      return query.where(where.alternatives(conditions), where.parameters);
    },
  };
}

/** The text of a condition, and its parameters by number. */
class Where {
  readonly parameters: Record<number, unknown> = {};
  #count = 0;

  alternatives(conditions: readonly (readonly FilterCondition[])[]): string {
    if (conditions.length === 0) return '1=0';
    return `(${conditions.map((each) => this.#conjunction(each)).join(' OR ')})`;
  }

  #conjunction(conditions: readonly FilterCondition[]): string {
    if (conditions.length === 0) return '1=1';
    return `(${conditions.map((each) => this.#condition(byKey(each))).join(' AND ')})`;
  }

  #condition({ lhs, cmp, rhs }: FilterCondition): string {
    const isNull = [lhs, rhs].some((side) => !isProjection(side) && side.value === null);
    if (isNull && (cmp === 'Eq' || cmp === 'Neq')) {
      const [column, value] = isProjection(lhs) || rhs === undefined ? [lhs, rhs] : [rhs, lhs];
      return `${this.#side(column)} ${cmp === 'Eq' ? 'is' : 'is not'} ${this.#side(value)}`;
    }
    const operator = operators[cmp];
    if (operator === undefined)
      throw new Error(`typeOrmAdapter cannot express the condition ${cmp}; write an adapter that can`);
    return `${this.#side(lhs)} ${operator} ${this.#side(rhs)}`;
  }

  #side(side: Datum): string {
    if (isProjection(side)) return `${side.typeName}.${side.fieldName}`;
    const number = this.#count++;
    this.parameters[number] = side.value;
    return `:${number}`;
  }
}

/** Compares a row by its key `id`. */
function byKey(condition: FilterCondition): FilterCondition {
  const { lhs, cmp, rhs } = condition;
  const isRow = (side: Datum): boolean => isProjection(side) && side.fieldName === undefined;
  if (!isRow(lhs) && !isRow(rhs)) return condition;
  return { lhs: keyOf(lhs), cmp, rhs: keyOf(rhs) };
}

const keyOf = (side: Datum): Datum =>
  isProjection(side)
    ? { typeName: side.typeName, fieldName: 'id' }
    : { value: (side.value as { id: unknown }).id };
