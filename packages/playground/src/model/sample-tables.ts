import { isOneOf, readFieldInput } from '@nanook/core/filter';
import type { FieldTypeInput, RelationInput, TypeDeclaration } from '@nanook/core';
import { sqlOptions } from './row-list.js';
import type { LoadedProject } from './load-project.js';

/** A statement of PostgreSQL with its values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The column with the name of a row in the data. No field has a `$` in its name. */
export const nameColumn = '$name';

/** Returns the statements that create tables for the declared types, and insert the rows of the data and the rows that these contain. */
export function sampleTables(loaded: LoadedProject): readonly Statement[] {
  const { project, fixtures, authorizer } = loaded;
  const { tables = {} } = sqlOptions(loaded);
  const types = new Map(
    Object.entries(project.types).flatMap(([name, type]) =>
      typeof type === 'object' && type.fields !== undefined ? [[name, type] as const] : [],
    ),
  );
  const rows = new Map([...types.keys()].map((type) => [type, new Map<object, Row>()]));
  const joins = new Map<string, { readonly columns: readonly string[]; readonly rows: unknown[][] }>();
  for (const [name, value] of Object.entries(fixtures)) {
    const [type] = authorizer.policy.typesOf(value);
    if (type !== undefined) collect(type, value, name);
  }
  return [
    ...[...types].map(([name, type]) => createTable(tableOf(name), columnsOf(type))),
    ...[...joins].map(([name, { columns }]) =>
      createTable(name, new Map(columns.map((column) => [column, 'text'] as const))),
    ),
    ...[...types].flatMap(([name, type]) =>
      [...rows.get(name)!.values()].map((row) => insertRow(tableOf(name), columnsOf(type), row)),
    ),
    ...[...joins].flatMap(([name, join]) => join.rows.map((values) => insert(name, join.columns, values))),
  ];

  function tableOf(type: string): string {
    const table = tables[type] ?? type;
    return typeof table === 'string' ? table : table.table;
  }

  /** Adds a row and the rows of its relations. A foreign key that the data leaves out is the key of the related row. */
  function collect(type: string, value: unknown, name?: string): void {
    const declared = types.get(type);
    if (declared === undefined || typeof value !== 'object' || value === null) return;
    const known = rows.get(type)!;
    const row = known.get(value);
    if (row !== undefined) {
      row[nameColumn] ??= name;
      return;
    }
    const added: Row = { ...(value as Row), [nameColumn]: name };
    known.set(value, added);
    for (const [property, relation] of Object.entries(declared.relations ?? {})) {
      const related = [(value as Row)[property]]
        .flat()
        .filter((each) => typeof each === 'object' && each !== null);
      for (const other of related as Row[]) {
        collect(relation.type, other);
        connect(relation, added, other);
      }
    }
  }

  function connect(relation: RelationInput, row: Row, related: Row): void {
    const [local, foreign] = [list(relation.local), list(relation.foreign)];
    if (relation.kind === 'one') local.forEach((field, i) => (row[field] ??= related[foreign[i]!]));
    if (relation.kind === 'many')
      foreign.forEach(
        (field, i) => ((rows.get(relation.type)!.get(related) ?? related)[field] ??= row[local[i]!]),
      );
    if (relation.kind !== 'many-through') return;
    const columns = [...list(relation.throughLocal), ...list(relation.throughForeign)];
    const join = joins.get(relation.through) ?? { columns, rows: [] };
    joins.set(relation.through, join);
    join.rows.push([...local.map((field) => row[field]), ...foreign.map((field) => related[field])]);
  }
}

type Row = Record<string, unknown>;
type Columns = ReadonlyMap<string, string>;

const list = (key: string | readonly string[]): readonly string[] => (typeof key === 'string' ? [key] : key);

const columnsOf = ({ fields = {} }: TypeDeclaration): Columns =>
  new Map([
    [nameColumn, 'text'],
    ...Object.entries(fields).map(([name, input]) => [name, sqlType(input)] as const),
  ]);

/** Returns the type of PostgreSQL for a field. Lists and objects are JSON. */
function sqlType(input: FieldTypeInput): string {
  const { type } = readFieldInput(input);
  if (isOneOf(type)) return 'text';
  return (typeof type === 'string' && sqlTypes[type]) || 'jsonb';
}

const sqlTypes: Readonly<Record<string, string>> = {
  String: 'text',
  Integer: 'bigint',
  Number: 'double precision',
  Float: 'double precision',
  Boolean: 'boolean',
  Date: 'timestamptz',
  Decimal: 'numeric',
};

const createTable = (name: string, columns: Columns): Statement => ({
  text: `CREATE TABLE ${quoted(name)} (${[...columns].map(([column, type]) => `${quoted(column)} ${type}`).join(', ')})`,
  values: [],
});

function insertRow(table: string, columns: Columns, row: Row): Statement {
  const present = [...columns.keys()].filter((column) => row[column] !== undefined);
  const values = present.map((column) => storedValue(row[column], columns.get(column)!));
  return insert(table, present, values);
}

/** Rows can refer to each other in a circle, which JSON cannot. No condition reads such a column. */
function storedValue(value: unknown, type: string): unknown {
  if (type !== 'jsonb' || value === null) return value;
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}

const insert = (table: string, columns: readonly string[], values: readonly unknown[]): Statement => ({
  text: `INSERT INTO ${quoted(table)} (${columns.map(quoted).join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
  values,
});

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
