import { errorKind } from '@nanook/core/internal';

const texts = {
  NANOOK_ORM_INVALID_OPTION: (p: { option: string; reason: string }) =>
    `the option \`${p.option}\` of the adapter ${p.reason}`,
  NANOOK_ORM_NO_CONDITION: (_: object) =>
    `expected the condition that \`authorizer.where(…)\` returns; write \`await\` before the call, because it returns a promise`,
  NANOOK_ORM_UNKNOWN_TYPE: (p: { type: string; known: readonly string[] }) =>
    `the type \`${p.type}\` has no table; give the adapter one for it. It has tables for: ${p.known.join(', ')}`,
  NANOOK_ORM_UNKNOWN_COLUMN: (p: { type: string; field: string; table: string }) =>
    `the table \`${p.table}\` has no column for the field \`${p.field}\` of \`${p.type}\`; correct the declaration of the type, or ` +
    `do not read the field in a rule that filters rows`,
  NANOOK_ORM_NULLABLE_COLUMN: (p: { type: string; field: string; table: string }) =>
    `the column of \`${p.type}.${p.field}\` in the table \`${p.table}\` can be NULL, but the field is not declared so; declare it ` +
    `with nullable(…), or make the column NOT NULL`,
  NANOOK_ORM_COLUMN_TYPE: (p: { type: string; field: string; declared: string; found: string }) =>
    `\`${p.type}.${p.field}\` is declared as ${p.declared}, but the rows have ${p.found} there; declare the type that the rows have`,
  NANOOK_ORM_OTHER_TABLE: (p: { type: string; expected: string; found: string }) =>
    `a condition for \`${p.type}\` filters the table \`${p.expected}\`, but it was given the table \`${p.found}\`; ask ` +
    `\`authorizer.where\` for the type of the queried table`,
  NANOOK_ORM_TABLES: (p: { reason: string }) =>
    `the tables must be table objects of one database: ${p.reason}`,
  NANOOK_ORM_MIXED_DATES: (p: { first: string; second: string }) =>
    `the columns of \`${p.first}\` and \`${p.second}\` store dates in different forms, so the database cannot compare them; give ` +
    `both columns one type and one mode`,
  NANOOK_ORM_RLS_ACTOR: (p: { type: string; found: string }) =>
    `the actor of a transaction must be of the type \`${p.type}\`, found ${p.found}; give a row its type with typed('${p.type}', row)`,
  NANOOK_ORM_RLS_ACTOR_FIELD: (p: { type: string; field: string; declared: string; found: string }) =>
    `the policies of the database read \`${p.type}.${p.field}\`, which must be a valid ${p.declared}, found ${p.found}; load the field ` +
    `with the actor, or declare it with nullable(…)`,
  NANOOK_ORM_SQL_INEXPRESSIBLE: (p: { construct: string }) =>
    `no query of this database expresses ${p.construct} exactly; compare with fewer digits, or columns of one type`,
  NANOOK_ORM_PRISMA_INEXPRESSIBLE: (p: { construct: string }) =>
    `the \`where\` of Prisma cannot express ${p.construct}; print the condition with sql() of @nanook/orm/sql, and run it with ` +
    `\`$queryRawUnsafe\``,
  NANOOK_ORM_PRISMA_TEXT: (p: { type: string; field: string }) =>
    `the database may compare the text of \`${p.type}.${p.field}\` without case, or order it by a language, and Prisma cannot name ` +
    `another collation; set the option \`text\` to 'binary' if the columns compare by code point, or print the condition with sql() ` +
    `of @nanook/orm/sql, and run it with \`$queryRawUnsafe\``,
  NANOOK_ORM_PRISMA_NAN: (p: { type: string; field: string }) =>
    `\`${p.type}.${p.field}\` may contain NaN, and Prisma cannot look for it; set the option \`nan\` to 'absent' if no column contains ` +
    `it, or print the condition with sql() of @nanook/orm/sql, and run it with \`$queryRawUnsafe\``,
  NANOOK_ORM_PRISMA_TOO_MANY_VALUES: (p: { limit: number; provider: string }) =>
    `the query has more than ${p.limit} values. Prisma may split such a query on ${p.provider}, and then returns rows that it should not; ` +
    `compare with related rows instead of a list, or print the condition with sql() of @nanook/orm/sql, and run it with \`$queryRawUnsafe\``,
  NANOOK_ORM_PRISMA_UNKNOWN_MODEL: (p: { type: string; model: string }) =>
    `the Prisma schema has no model \`${p.model}\` for the type \`${p.type}\`; name its model in the option \`models\`, or run ` +
    `\`prisma generate\` after a change of the schema`,
  NANOOK_ORM_PRISMA_NO_ACTOR: (_: object) =>
    `expected an actor for the query of a Prisma client with the extension nanook(), found none; give the option \`actor\` of the ` +
    `extension the user, or a value of the policy for visitors without an account`,
  NANOOK_ORM_PRISMA_UNSCOPED: (p: { query: string; reason: string }) =>
    `the extension nanook() refuses \`${p.query}\`: ${p.reason}`,
  NANOOK_ORM_MONGOOSE_PIPELINE: (p: { type: string; related: string; relation: string }) =>
    `a filter of Mongoose reads one collection, but the condition for \`${p.type}\` needs documents of \`${p.related}\` (relation ` +
    `\`${p.relation}\`); use mongoosePipeline() with an aggregation, or \`list\` with mongooseResources()`,
  NANOOK_ORM_MONGOOSE_INEXPRESSIBLE: (p: { construct: string }) =>
    `no query of MongoDB expresses ${p.construct}; compare columns, or relations of whole documents`,
  NANOOK_ORM_MONGOOSE_COLLATION: (p: { type: string; locale: string }) =>
    `the schema of \`${p.type}\` compares texts in the language \`${p.locale}\`, and a policy compares them by code point; add ` +
    `.collation({ locale: 'simple' }) to the queries, and set the option \`text\` to 'binary'`,
  NANOOK_ORM_MONGOOSE_CAST: (p: { type: string; found: string }) =>
    `the schema of \`${p.type}\` changes values of the condition, so that it would find other documents: ${p.found}; use ` +
    `mongoosePipeline(), whose values no schema changes`,
  NANOOK_ORM_VECTOR_INEXPRESSIBLE: (p: { store: string; construct: string }) =>
    `no filter of ${p.store} expresses ${p.construct}; write the values that the policy compares into each point, or filter with sql() of ` +
    `@nanook/orm/sql and pgvector`,
};

export type NanookOrmErrorCode = keyof typeof texts;
export type NanookOrmErrorData<C extends NanookOrmErrorCode> = Parameters<(typeof texts)[C]>[0];

const kind = errorKind('@nanook/orm/NanookOrmError', texts);

/**
 * A mistake in how the application uses this package.
 *
 * `instanceof` fails between the ESM and the CommonJS copy of the package; use {@link isNanookOrmError}.
 */
export class NanookOrmError<C extends NanookOrmErrorCode = NanookOrmErrorCode> extends kind.Base<C> {}

/** Recognizes a {@link NanookOrmError}, also from another copy of the package. */
export const isNanookOrmError = (error: unknown): error is NanookOrmError => kind.includes(error);
