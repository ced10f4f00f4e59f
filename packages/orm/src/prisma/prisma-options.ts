import type { TypesInput } from '@nanook/core';
import type { PrismaSchema } from './schema/prisma-schema.js';

export interface PrismaOptions {
  /** The client. Only `prismaResources` runs queries on it; `prisma` compares two columns by the references to fields that it has. */
  readonly client: object;
  /** The models that the generator `nanook-prisma` wrote. */
  readonly schema: PrismaSchema;
  /**
   * The declarations of the types, if they are not those of `typesFromPrisma`: the adapter checks at once that each column that can be
   * NULL is declared so. Without them it checks a type when it prints the first condition about it.
   */
  readonly types?: TypesInput;
  /** The model of each type, if it does not have the name of the type. */
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
  /**
   * The number of values that a query of the driver can bind, if it is less than usual: 999 for SQLite, 32,766 for PostgreSQL, and 65,535
   * for MySQL. Cloudflare D1 binds 98. A condition may have less than half of them, because Prisma splits a query with more.
   */
  readonly maxValues?: number;
}
