/** The text of every code. Codes are public: a code is never renamed and never reused. */
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
    `with optional(…), or make the column NOT NULL`,
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
};

export type NanookOrmErrorCode = keyof typeof texts;
export type NanookOrmErrorData<C extends NanookOrmErrorCode> = Parameters<(typeof texts)[C]>[0];

const brand = Symbol.for('@nanook/orm/NanookOrmError');

/**
 * A mistake in how the application uses this package.
 *
 * `instanceof` fails between the ESM and the CommonJS copy of the package; use {@link isNanookOrmError}.
 */
export class NanookOrmError<C extends NanookOrmErrorCode = NanookOrmErrorCode> extends Error {
  override readonly name = 'NanookOrmError';
  readonly [brand] = true;

  /**
   * @param code identifies the mistake
   * @param data the details that the message shows
   */
  constructor(
    readonly code: C,
    readonly data: NanookOrmErrorData<C>,
  ) {
    super((texts[code] as (data: NanookOrmErrorData<C>) => string)(data));
  }
}

/** Recognizes a {@link NanookOrmError}, also from another copy of the package. */
export const isNanookOrmError = (error: unknown): error is NanookOrmError =>
  typeof error === 'object' && error !== null && brand in error;
