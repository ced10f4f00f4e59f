import { messageOf } from '@nanook/cli/tools';
import { isPolarError, type ExplainedRows, type ExplainedRule } from '@nanook/core';
import { sql, type DialectName, type SqlOptions } from '@nanook/orm/sql';
import { decide } from './decide.js';
import type { LoadedProject } from './load-project.js';

/** The databases for which a condition is printed, with the names that people know. */
export const dialects = {
  postgres: 'PostgreSQL',
  mysql: 'MariaDB and MySQL',
  sqlite: 'SQLite',
} as const satisfies Record<DialectName, string>;

/** The rows of a type on which an actor may perform an action. */
export interface RowList {
  readonly type: string;
  /** The condition as a policy would say it. */
  readonly condition: string;
  readonly rows: ExplainedRows;
  readonly rules: readonly ExplainedRule[];
  /** The condition as SQL, or the reason why it has none. */
  readonly queries: Readonly<Record<DialectName, RowQuery>>;
  /** The names of the rows of the data for which the policy allows the action. */
  readonly allowed: readonly string[];
  /** The number of rows of the data. */
  readonly total: number;
}

export type RowQuery =
  | { readonly text: string; readonly values: readonly unknown[] }
  | { readonly text: undefined; readonly message: string };

/** Returns the types whose rows can be listed, because they declare their fields. */
export const listedTypes = ({ project }: LoadedProject): readonly string[] =>
  Object.entries(project.types).flatMap(([name, type]) =>
    typeof type === 'object' && type.fields !== undefined ? [name] : [],
  );

/** Lists the rows of a type as `nanook where` does. @throws {PolarError} when the condition has no form for rows */
export async function listRows(
  loaded: LoadedProject,
  actorName: string,
  action: string,
  type: string,
): Promise<RowList> {
  const { authorizer, fixtures, names, valueOf } = loaded;
  const actor = valueOf(actorName);
  const { condition, rows, rules } = await authorizer.explainWhere(actor, action, type);
  const where = await authorizer.where(actor, action, type);
  const options = sqlOptions(loaded);
  const print = (dialect: DialectName): RowQuery => {
    try {
      const table = options.tables?.[type] ?? type;
      return selectFrom(
        typeof table === 'string' ? table : table.table,
        sql({ ...options, dialect })(where),
        dialect,
      );
    } catch (error) {
      return { text: undefined, message: messageOf(error) };
    }
  };
  const values = Object.values(fixtures).filter((value) => authorizer.policy.typesOf(value).includes(type));
  const allowed: string[] = [];
  for (const value of values)
    if ((await decide(authorizer, actor, action, value)) === 'allowed') allowed.push(names.get(value) ?? '');
  const queries = { postgres: print('postgres'), mysql: print('mysql'), sqlite: print('sqlite') };
  return { type, condition, rows, rules, queries, allowed, total: values.length };
}

/** Returns the message of an error of `listRows` for a reader; undefined for an error of this page. */
export const listMessage = (error: unknown): string | undefined =>
  isPolarError(error) ? error.message : undefined;

export const sqlOptions = ({ text }: LoadedProject): Omit<SqlOptions, 'dialect'> => {
  const { sql: given } = text.options;
  const { tables } = (typeof given === 'object' && given !== null ? given : {}) as Partial<SqlOptions>;
  return tables === undefined ? {} : { tables };
};

const selectFrom = (
  table: string,
  { text, values }: { readonly text: string; readonly values: readonly unknown[] },
  dialect: DialectName,
): RowQuery => ({ text: `SELECT * FROM ${quoted(table, dialect)}\nWHERE ${text}`, values });

const quoted = (name: string, dialect: DialectName): string =>
  dialect === 'mysql' ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`;
