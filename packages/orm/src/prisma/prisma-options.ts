export type PrismaProvider = 'postgresql' | 'mysql' | 'sqlite';

export interface PrismaOptions {
  /** The client, also an extended one. Only `prismaResources` runs queries on it; `prisma` reads the types of fields from it. */
  readonly client: object;
  /** The provider of the datasource in the schema. `mysql` is also for MariaDB. */
  readonly provider: PrismaProvider;
  /** The property of the client for each type, if it is not the name of the type with a small letter at the start. */
  readonly models?: Readonly<Record<string, string>>;
  /**
   * `'binary'` promises that the text columns in conditions compare by code point, without padding. Prisma cannot name a collation, so
   * otherwise a comparison of text throws, except equality on PostgreSQL.
   */
  readonly text?: 'binary';
  /**
   * `'absent'` promises that no column contains `NaN`. Prisma cannot look for it, so otherwise an order of a floating-point column throws
   * on PostgreSQL. Other databases have no `NaN`.
   */
  readonly nan?: 'absent';
}
