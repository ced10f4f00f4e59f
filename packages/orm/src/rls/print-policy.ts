import type { ActorCondition, RowFilter } from '@nanook/core/filter';
import type { Dialect } from '../sql/dialect.js';
import { partsOf, type Fragment } from '../sql/fragment.js';
import { printFilter } from '../sql/print-filter.js';
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

/** Prints the statement that drops the policies of a table for a type of actors, also those of types that were renamed or removed. */
export function printDropAll(type: string, actorType: string, { dialect, names }: PolicyContext): string {
  const { schema } = names.table(type);
  const table = quotedTable(names.table(type), dialect);
  const functionName = schema === undefined ? '%I' : `${dialect.quote(schema).replaceAll('%', '%%')}.%I`;
  const suffix = `_for_${actorType}`;
  // cspell:ignore polname polrelid regclass
  return (
    `DO $nanook$ DECLARE old name; BEGIN FOR old IN SELECT polname FROM pg_policy WHERE polrelid = ${literal(table)}::regclass ` +
    `AND starts_with(polname::text, 'nanook_') AND right(polname::text, ${suffix.length}) = ${literal(suffix)} LOOP ` +
    `EXECUTE format('DROP POLICY %I ON %s', old, ${literal(table)}); ` +
    `EXECUTE format(${literal(`DROP FUNCTION IF EXISTS ${functionName}(%s)`)}, old, ${literal(table)}); ` +
    `END LOOP; END $nanook$`
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

/** Returns the name of a policy. PostgreSQL cuts a long name, and two names must not become the same. */
function policyName(command: Command, type: string, actorType: string): string {
  const name = `nanook_${command}_${type}_for_${actorType}`;
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
  const functionName = schema === undefined ? name : `${dialect.quote(schema)}.${name}`;
  const statements = [
    `DROP POLICY IF EXISTS ${name} ON ${table}`,
    `DROP FUNCTION IF EXISTS ${functionName}(${table})`,
  ];
  if (condition === undefined) return { statements, fields: new Set() };

  const fields = new ActorFields(condition.actor, setting);
  const print = (parts: readonly RowFilter[], row: string): string =>
    textOf(printFilter(either(parts), condition.row, names, dialect, row, fields), row, dialect);
  const { beside, within } = divided(condition.pairs, context);
  const alternatives = beside.length > 0 ? [print(beside, dialect.quote(tableName))] : [];
  if (within.length > 0) {
    const body = print(within, '(nanook_row)');
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
 * Divides the alternatives of a filter. PostgreSQL applies the policies of a table also to the queries of other policies, so a query that
 * reads a protected table has to run within a function whose owner sees all rows.
 */
function divided(filter: RowFilter, { types, names }: PolicyContext) {
  const fullName = ({ schema, name }: TableName) => JSON.stringify([schema, name]);
  const protectedTables = new Set(types.map((type) => fullName(names.table(type))));
  const beside: RowFilter[] = [];
  const within: RowFilter[] = [];
  for (const part of filter.kind === 'or' ? filter.parts : [filter]) {
    const isWithin = tablesRead(part, names).some((table) => protectedTables.has(fullName(table)));
    (isWithin ? within : beside).push(part);
  }
  return { beside, within };
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
