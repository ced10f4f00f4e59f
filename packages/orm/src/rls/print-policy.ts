import type { ActorCondition, RowFilter } from '@nanook/core/filter';
import type { Dialect } from '../sql/dialect.js';
import { partsOf, type Fragment } from '../sql/fragment.js';
import { FilterPrinter, type ExactKey, type FunctionSets } from '../sql/print-filter.js';
import { readsOnlySets } from '../sql/separate-set.js';
import { quotedTable, type TableName, type TableNames } from '../sql/table-names.js';
import { tablesRead } from '../sql/tables-read.js';
import { ActorFields } from './actor-setting.js';
import type { IndexedColumn } from './index-starts.js';
import { bounds, indexedPolicy, maxKeys, type IndexedPolicy } from './indexed-policy.js';
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
 * Returns the name of a policy, or of one of its functions. PostgreSQL cuts a long name, and two names must not become the same.
 *
 * @param own the own name of the function
 */
function policyName(command: Command, type: string, actorType: string, own?: string): string {
  const name = `nanook_${command}_${type}_for_${actorType}${own === undefined ? '' : `_${own}`}`;
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
  const areNeeded = (part: RowFilter): boolean => tablesRead(part, names).some(isProtected);
  const named = (suffix: string) => qualified(policyName(command, type, actorType, suffix));
  const create = (header: string, body: () => string): PolicyFunction => ({
    header,
    statement: () => `CREATE FUNCTION ${header} ${body()}`,
  });
  const printerOf = (functions: PolicyFunction[]): FilterPrinter => {
    let sets = 0;
    const ofSets: FunctionSets = {
      areNeeded,
      call(query, column) {
        const call = `${named(`set_${++sets}`)}()`;
        const text = textOf(query, '', dialect);
        functions.push(
          create(
            call,
            () =>
              `RETURNS SETOF ${column}%TYPE LANGUAGE sql STABLE ${allRows} ` +
              // Without an actor, the function of a negation would return the keys of all rows.
              `BEGIN ATOMIC SELECT * FROM (${text}) AS nanook_set WHERE ${fields.isSet}; END`,
          ),
        );
        return call;
      },
    };
    return new FilterPrinter(condition.pairs, condition.row, names, dialect, tableName, fields, ofSets);
  };
  const isBeside = (part: RowFilter) => readsOnlySets(part, condition.row, condition.actor, areNeeded);

  /** The form for all tables: PostgreSQL reads the rows of the table and tests each of them. */
  function general(): Form {
    const functions: PolicyFunction[] = [];
    const printer = printerOf(functions);
    const parts = printer.filter.kind === 'or' ? printer.filter.parts : [printer.filter];
    const print = (alternatives: readonly RowFilter[], row: string): string =>
      textOf(printer.print(either(alternatives)), row, dialect);
    const beside = parts.filter(isBeside);
    const within = parts.filter((part) => !isBeside(part));
    const alternatives = beside.length > 0 ? [print(beside, dialect.quote(tableName))] : [];
    if (within.length > 0) {
      const body = print(within, '(nanook_row)');
      // The function of a row can call those of the sets, which are before it.
      functions.push({
        header: `${functionName}(${table})`,
        statement: () =>
          `CREATE FUNCTION ${functionName}(nanook_row ${table}) RETURNS boolean LANGUAGE sql STABLE ${allRows} RETURN (${body})`,
      });
      alternatives.push(`${functionName}(${dialect.quote(tableName)}.*)`);
    }
    return { functions, condition: `(${alternatives.join(' OR ')})` };
  }

  /** The form for tables with indexes; `undefined` if a part of the condition starts from no column. A new row is not looked for. */
  function indexed(): (Form & Pick<IndexedPolicy, 'columns'>) | undefined {
    const functions = new Map<string, PolicyFunction>();
    const ofSets: PolicyFunction[] = [];
    const printer = printerOf(ofSets);
    if (command === 'insert' || !isBeside(printer.filter)) return undefined;
    const ways = new Map<RowFilter, number>();
    const nameOf = (part: RowFilter, suffix: string): string => {
      if (!ways.has(part)) ways.set(part, ways.size + 1);
      return `${named(`${suffix}_${ways.get(part)!}`)}()`;
    };
    const define = (call: string, body: () => string): string => {
      functions.set(call, create(call, body));
      return call;
    };
    // The keys are found by indexes. A bitmap would hold all of them before the first one is read.
    const rights = (part: RowFilter): string =>
      `${areNeeded(part) ? allRows : 'PARALLEL SAFE'} SET enable_seqscan = off SET enable_bitmapscan = off`;
    const policy = indexedPolicy(printer.filter, printer, {
      key: (field, type) =>
        define(
          `${named(`key_${field}`)}()`,
          () =>
            // The names in a body of this language are looked up when it runs, by the path of the session.
            `RETURNS ${type} LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS ${literal(fields.key(field, type))}`,
        ),
      keys({ query, column }, part) {
        const text = textOf(query, '', dialect);
        return define(
          nameOf(part, 'keys'),
          () =>
            `RETURNS SETOF ${column}%TYPE LANGUAGE sql STABLE ${rights(part)} BEGIN ATOMIC ` +
            `SELECT * FROM (${text}) AS nanook_set WHERE ${fields.isSet} AND ${isNarrow(text)}; END`,
        );
      },
      first({ query, type: key }, part) {
        const text = textOf(query, '', dialect);
        const [least, greatest] = bounds[key];
        return define(
          nameOf(part, 'first'),
          () =>
            `RETURNS ${key} LANGUAGE sql STABLE ${rights(part)} RETURN (SELECT CASE WHEN ${isNarrow(text)} THEN ${greatest} ELSE ${least} END)`,
        );
      },
    });
    if (policy === undefined) return undefined;
    const text = textOf(policy.condition, dialect.quote(tableName), dialect);
    return { functions: [...functions.values(), ...ofSets], condition: text, columns: policy.columns };
  }

  const clause = command === 'insert' ? 'WITH CHECK' : 'USING';
  const statementsOf = (form: Form): readonly string[] => [
    ...form.functions.flatMap(({ header, statement }) => [
      statement(),
      // Each role that queries the table runs the function. A database may have revoked this right, which PostgreSQL grants by default.
      `GRANT EXECUTE ON FUNCTION ${header} TO PUBLIC`,
    ]),
    `CREATE POLICY ${name} ON ${table} FOR ${command.toUpperCase()} ${clause} (${fields.isSet} AND ${form.condition})`,
  ];
  const [forAll, forIndexes] = [general(), indexed()];
  const headers = [...forAll.functions, ...(forIndexes?.functions ?? [])].map(({ header }) => header);
  statements.push(...[...new Set(headers)].map((header) => `DROP FUNCTION IF EXISTS ${header}`));
  if (forIndexes === undefined) statements.push(...statementsOf(forAll));
  else
    statements.push(
      // A constant of the policy may contain any text, also the tag of a dollar quote.
      `DO ${literal(
        `BEGIN IF ${areIndexed(forIndexes.columns, dialect)} THEN ${executed(statementsOf(forIndexes))} ` +
          `ELSE ${executed(statementsOf(forAll))} END IF; END`,
      )}`,
    );
  return { statements, fields: fields.read };
}

/** A function sees all rows if it reads protected tables, to which PostgreSQL would apply their policies. */
const allRows = 'SECURITY DEFINER SET row_security = off';

/** A function that a policy calls. */
interface PolicyFunction {
  /** The name with the types of the parameters. */
  readonly header: string;
  /** Prints the statement that creates it, after all fields of the actor are known. */
  readonly statement: () => string;
}

/** A form of the condition of a policy, with its functions. */
interface Form {
  readonly functions: readonly PolicyFunction[];
  readonly condition: string;
}

/** Prints the condition that a query has few rows. */
const isNarrow = (query: string): string =>
  `(SELECT 1 FROM (${query}) AS nanook_set LIMIT 1 OFFSET ${maxKeys}) IS NULL`;

const executed = (statements: readonly string[]): string =>
  statements.map((statement) => `EXECUTE ${literal(statement)};`).join(' ');

/** The types of columns that are compared with a key as they are. */
const columnTypes: Readonly<Record<ExactKey, string>> = {
  bigint: '{smallint,integer,bigint}',
  uuid: '{uuid}',
};

/** Prints the condition that each column is the first one of an index of all rows, and has a type that its keys are compared with. */
function areIndexed(columns: readonly IndexedColumn[], dialect: Dialect): string {
  const needed = columns.map(({ table, column, type }) => {
    const types = type === undefined ? 'NULL' : literal(columnTypes[type]);
    return `(${literal(quotedTable(table, dialect))}::regclass, ${literal(column)}, ${types}::text[])`;
  });
  // cspell:ignore attname atttypid attrelid attnum indrelid indkey indexrelid indisvalid indpred relam amname regtype
  return (
    `NOT EXISTS (SELECT FROM (VALUES ${[...new Set(needed)].join(', ')}) AS needed(of_table, name, types) WHERE NOT EXISTS (` +
    'SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0] ' +
    'JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam ' +
    `WHERE indrelid = of_table AND attname = name AND indisvalid AND indpred IS NULL AND amname = 'btree' ` +
    'AND (types IS NULL OR atttypid::regtype::text = ANY (types))))'
  );
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
