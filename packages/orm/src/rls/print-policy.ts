import type { ActorCondition, RowFilter } from '@nanook/core/filter';
import type { Dialect } from '../sql/dialect.js';
import { partsOf, type Fragment } from '../sql/fragment.js';
import { FilterPrinter, type FunctionSets } from '../sql/print-filter.js';
import { readsOnlySets } from '../sql/separate-set.js';
import { quotedTable, type TableName, type TableNames } from '../sql/table-names.js';
import { tablesRead } from '../sql/tables-read.js';
import { ActorFields } from './actor-setting.js';
import { literal } from './literal.js';

export type Command = 'select' | 'insert' | 'update' | 'delete';
export const commands: readonly Command[] = ['select', 'insert', 'update', 'delete'];

export interface PolicyContext {
  readonly setting: string;
  readonly dialect: Dialect;
  readonly names: TableNames;
  /** The types whose tables are protected. */
  readonly types: readonly string[];
}

/** A policy to print. Without a condition the command is forbidden, and only an earlier policy is dropped. */
export interface Policy {
  readonly command: Command;
  readonly type: string;
  readonly actorType: string;
  readonly condition: ActorCondition | undefined;
}

export interface PrintedPolicy {
  readonly statements: readonly string[];
  /** The fields of the actor that the policy reads. */
  readonly fields: ReadonlySet<string>;
}

/**
 * Prints the statement that drops the policies of a table for a type of actors with their functions, also those of types that were renamed
 * or removed. The catalog knows which functions a policy calls.
 */
export function printDropAll(type: string, actorType: string, { dialect, names }: PolicyContext): string {
  const table = quotedTable(names.table(type), dialect);
  const suffix = `_for_${actorType}`;
  // cspell:ignore SETOF polname polrelid regclass classid objid refobjid refclassid proname regprocedure
  return (
    'DO $nanook$ DECLARE old record; called regprocedure; BEGIN FOR old IN SELECT polname, ARRAY(' +
    'SELECT pg_proc.oid::regprocedure FROM pg_depend JOIN pg_proc ON pg_proc.oid = refobjid ' +
    `WHERE classid = 'pg_policy'::regclass AND objid = pg_policy.oid AND refclassid = 'pg_proc'::regclass ` +
    `AND starts_with(proname::text, 'nanook_')) AS functions FROM pg_policy WHERE polrelid = ${literal(table)}::regclass ` +
    `AND starts_with(polname::text, 'nanook_') AND right(polname::text, ${suffix.length}) = ${literal(suffix)} LOOP ` +
    `EXECUTE format('DROP POLICY %I ON %s', old.polname, ${literal(table)}); ` +
    `FOREACH called IN ARRAY old.functions LOOP EXECUTE format('DROP FUNCTION %s', called); END LOOP; ` +
    'END LOOP; END $nanook$'
  );
}

/** Prints the statement that ends the protection of a table, unless it has policies of other types of actors. */
export function printUnprotect(type: string, { dialect, names }: PolicyContext): string {
  const table = quotedTable(names.table(type), dialect);
  return (
    `DO $nanook$ BEGIN IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = ${literal(table)}::regclass) THEN ` +
    `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY; ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY; END IF; END $nanook$`
  );
}

/** The number of bytes of a name that PostgreSQL keeps. */
const maxName = 63;

/**
 * Returns the name of a policy, or of one of its sets. PostgreSQL cuts a long name, and two names must not become the same.
 *
 * @param set the number of the set
 */
function policyName(command: Command, type: string, actorType: string, set?: number): string {
  const name = `nanook_${command}_${type}_for_${actorType}${set === undefined ? '' : `_set_${set}`}`;
  if (name.length <= maxName) return name;
  let hash = 0;
  for (const char of name) hash = (Math.imul(hash, 31) + char.codePointAt(0)!) >>> 0;
  return `${name.slice(0, maxName - 9)}_${hash.toString(16).padStart(8, '0')}`;
}

/** Prints the statements that replace the policy of a command. */
export function printPolicy(policy: Policy, context: PolicyContext): PrintedPolicy {
  const { command, type, actorType, condition } = policy;
  const { dialect, names, setting } = context;
  const { schema, name: tableName } = names.table(type);
  const table = quotedTable(names.table(type), dialect);
  const name = dialect.quote(policyName(command, type, actorType));
  const qualified = (own: string) =>
    schema === undefined ? dialect.quote(own) : `${dialect.quote(schema)}.${dialect.quote(own)}`;
  const functionName = qualified(policyName(command, type, actorType));
  const statements = [
    `DROP POLICY IF EXISTS ${name} ON ${table}`,
    `DROP FUNCTION IF EXISTS ${functionName}(${table})`,
  ];
  if (condition === undefined) return { statements, fields: new Set() };

  const fields = new ActorFields(condition.actor, setting);
  const isProtected = protectedTables(context);
  const sets: { readonly name: string; readonly query: string; readonly column: string }[] = [];
  const areNeeded = (part: RowFilter): boolean => tablesRead(part, names).some(isProtected);
  const functions: FunctionSets = {
    areNeeded,
    call(query, column) {
      const set = qualified(policyName(command, type, actorType, sets.length + 1));
      sets.push({ name: set, query: textOf(query, '', dialect), column });
      return `${set}()`;
    },
  };
  const printer = new FilterPrinter(
    condition.pairs,
    condition.row,
    names,
    dialect,
    tableName,
    fields,
    functions,
  );
  const parts = printer.filter.kind === 'or' ? printer.filter.parts : [printer.filter];
  const isBeside = (part: RowFilter) => readsOnlySets(part, condition.row, condition.actor, areNeeded);
  const print = (alternatives: readonly RowFilter[], row: string): string =>
    textOf(printer.print(either(alternatives)), row, dialect);
  const beside = parts.filter(isBeside);
  const within = parts.filter((part) => !isBeside(part));
  const alternatives = beside.length > 0 ? [print(beside, dialect.quote(tableName))] : [];
  const body = within.length > 0 ? print(within, '(nanook_row)') : undefined;
  for (const { name: set, query, column } of sets)
    statements.push(
      `DROP FUNCTION IF EXISTS ${set}()`,
      `CREATE FUNCTION ${set}() RETURNS SETOF ${column}%TYPE LANGUAGE sql STABLE SECURITY DEFINER ` +
        // Without an actor, the function of a negation would return the keys of all rows.
        `SET row_security = off BEGIN ATOMIC SELECT * FROM (${query}) AS nanook_set WHERE ${fields.isSet}; END`,
      `GRANT EXECUTE ON FUNCTION ${set}() TO PUBLIC`,
    );
  // The function of a row can call those of the sets.
  if (body !== undefined) {
    statements.push(
      `CREATE FUNCTION ${functionName}(nanook_row ${table}) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER ` +
        `SET row_security = off RETURN (${body})`,
      // Each role that queries the table runs the function. A database may have revoked this right, which PostgreSQL grants by default.
      `GRANT EXECUTE ON FUNCTION ${functionName}(${table}) TO PUBLIC`,
    );
    alternatives.push(`${functionName}(${dialect.quote(tableName)}.*)`);
  }
  const clause = command === 'insert' ? 'WITH CHECK' : 'USING';
  statements.push(
    `CREATE POLICY ${name} ON ${table} FOR ${command.toUpperCase()} ${clause} ` +
      `(${fields.isSet} AND (${alternatives.join(' OR ')}))`,
  );
  return { statements, fields: fields.read };
}

/**
 * Returns the test that a table is protected. PostgreSQL applies the policies of a table also to the queries of other policies, so a query
 * that reads a protected table has to run within a function whose owner sees all rows.
 */
function protectedTables({ types, names }: PolicyContext): (table: TableName) => boolean {
  const fullName = ({ schema, name }: TableName) => JSON.stringify([schema, name]);
  const protectedNames = new Set(types.map((type) => fullName(names.table(type))));
  return (table) => protectedNames.has(fullName(table));
}

const either = (parts: readonly RowFilter[]): RowFilter =>
  parts.length === 1 ? parts[0]! : { kind: 'or', parts };

/** @param row the row, as the statement names it */
function textOf(fragment: Fragment, row: string, dialect: Dialect): string {
  let text = '';
  for (const part of partsOf(fragment)) {
    if (typeof part === 'string') text += part;
    else if (part.kind === 'root-column') text += `${row}.${dialect.quote(part.name)}`;
    else text += literal(part.value, part.cast);
  }
  return text;
}
