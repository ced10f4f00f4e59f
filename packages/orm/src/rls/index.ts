import type { AnyAction, Authorizer, TypeName } from '@nanook/core';
import type { ActorCondition, DeclaredType } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { dialectOf } from '../sql/dialect-of.js';
import type { SqlOptions } from '../sql/sql-options.js';
import { quotedTable, tableNames } from '../sql/table-names.js';
import { settingOf } from './actor-setting.js';
import {
  commands,
  printDropAll,
  printPolicy,
  printUnprotect,
  type Command,
  type PrintedPolicy,
} from './print-policy.js';

export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export type { ColumnInput, SqlOptions, TableInput } from '../sql/sql-options.js';
export type { Command } from './print-policy.js';

export interface RowLevelSecurityOptions extends Omit<SqlOptions, 'dialect'> {
  /** The name of the type of the actors. */
  readonly actor: TypeName;
  /** The types whose tables are protected, each with the action that a command needs. A command without an action is forbidden. */
  readonly policies: Readonly<Record<string, Readonly<Partial<Record<Command, AnyAction>>>>>;
  /** Earlier names of the type of the actors, whose policies are dropped. */
  readonly formerActors?: readonly string[];
  /**
   * Types whose tables an earlier version protected. Their policies for this type of actors are dropped, and a table without other policies
   * is no longer protected: each role that may read it sees all rows.
   */
  readonly unprotected?: readonly string[];
  /** The name of the setting with the actor of a transaction. Default `nanook.actor`. */
  readonly setting?: string;
}

/** Runs a statement with two bound values, the name and the value of a setting, on the connection of a transaction. */
export type RunStatement = (text: string, values: [name: string, value: string]) => PromiseLike<unknown>;

export interface RowLevelSecurity {
  /**
   * Returns the statements that protect the tables, for a migration. They replace the statements of an earlier version. Run them in one
   * transaction.
   *
   * @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE` for a rule that reads the actor in a way that no setting replaces
   */
  statements(): Promise<readonly string[]>;
  /**
   * Makes an actor the actor of the current transaction. Before it, and after the transaction, no row is visible.
   *
   * @throws {NanookOrmError} `NANOOK_ORM_RLS_ACTOR`, `NANOOK_ORM_RLS_ACTOR_FIELD`
   * @example
   * await client.query('BEGIN');
   * await security.actAs((text, values) => client.query(text, values), user);
   * const { rows } = await client.query('SELECT * FROM documents');
   * await client.query('COMMIT');
   */
  actAs(run: RunStatement, actor: object): Promise<void>;
}

interface Plan {
  readonly actor: DeclaredType;
  readonly fields: ReadonlySet<string>;
  readonly statements: readonly string[];
}

/**
 * Turns a policy into row-level security of PostgreSQL 14 or newer: the database itself returns only the rows for which `can` returns `true`.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_INVALID_OPTION`
 * @example
 * const security = rowLevelSecurity(authorizer, {
 *   actor: 'User',
 *   tables: { Document: 'documents' },
 *   policies: { Document: { select: 'read', update: 'edit' } },
 * });
 * for (const statement of await security.statements()) await migration.query(statement);
 */
export function rowLevelSecurity(
  authorizer: Authorizer,
  {
    actor: actorType,
    policies,
    formerActors = [],
    unprotected = [],
    setting = 'nanook.actor',
    ...names
  }: RowLevelSecurityOptions,
): RowLevelSecurity {
  validatePolicies(policies);
  const both = unprotected.find((type) => Object.hasOwn(policies, type));
  if (both !== undefined) throw invalid('unprotected', `names \`${both}\`, which \`policies\` protects`);
  if (!/^[a-z_]\w*\.[a-z_]\w*$/i.test(setting))
    throw invalid('setting', `must be two names with a dot, such as 'nanook.actor', got '${setting}'`);
  const sql = { ...names, dialect: 'postgres' as const };
  const context = { setting, dialect: dialectOf(sql), names: tableNames(sql), types: Object.keys(policies) };
  let known: Promise<Plan> | undefined;

  async function plan(): Promise<Plan> {
    const dropped = [...Object.keys(policies), ...unprotected].flatMap((type) =>
      [actorType, ...formerActors].map((actor) => printDropAll(type, actor, context)),
    );
    const statements: string[] = [
      ...new Set([...dropped, ...unprotected.map((type) => printUnprotect(type, context))]),
    ];
    const fields = new Set<string>();
    let actor: DeclaredType | undefined;
    for (const [type, actions] of Object.entries(policies)) {
      const table = quotedTable(context.names.table(type), context.dialect);
      statements.push(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      statements.push(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      for (const command of commands) {
        const action = actions[command];
        const condition: ActorCondition | undefined =
          action === undefined ? undefined : await authorizer.whereActorIs(actorType, action, type);
        const printed: PrintedPolicy = printPolicy({ command, type, actorType, condition }, context);
        statements.push(...printed.statements);
        for (const field of printed.fields) fields.add(field);
        actor ??= condition?.actor.type;
      }
    }
    return { actor: actor!, fields, statements };
  }

  return {
    statements: async () => (await (known ??= plan())).statements,
    async actAs(run, given) {
      const { actor, fields } = await (known ??= plan());
      const types = authorizer.policy.typesOf(given);
      if (!types.includes(actorType))
        throw new NanookOrmError('NANOOK_ORM_RLS_ACTOR', {
          type: actorType,
          found: types.join(', ') || typeof given,
        });
      const value = await settingOf(actor, fields, given as Readonly<Record<string, unknown>>);
      await run('SELECT set_config($1, $2, true)', [setting, value]);
    },
  };
}

function validatePolicies(policies: RowLevelSecurityOptions['policies'] | undefined): void {
  const tables = Object.entries(policies ?? {});
  if (tables.every(([, actions]) => Object.keys(actions).length === 0))
    throw invalid('policies', "must name an action of a type, such as { Document: { select: 'read' } }");
  for (const [type, actions] of tables)
    for (const [command, action] of Object.entries(actions)) {
      if (!commands.includes(command as Command))
        throw invalid(
          'policies',
          `has the command \`${command}\` for \`${type}\`; the commands are ${commands.join(', ')}`,
        );
      if (typeof action !== 'string' || action === '')
        throw invalid(
          'policies',
          `has no action for the command \`${command}\` of \`${type}\`, found ${action === '' ? 'an empty text' : typeof action}; name an action, or leave the command out to forbid it`,
        );
    }
}

const invalid = (option: string, reason: string) =>
  new NanookOrmError('NANOOK_ORM_INVALID_OPTION', { option, reason });
