/** The models of a Prisma schema, as the generator `nanook-prisma` writes them. */
export interface PrismaSchema {
  readonly provider: PrismaProvider;
  readonly models: Readonly<Record<string, PrismaModel>>;
}
/** `mysql` is also for MariaDB. */
export type PrismaProvider = 'postgresql' | 'mysql' | 'sqlite';

export interface PrismaModel {
  /** The name of the table in the database. */
  readonly table: string;
  /** The fields of the primary key, or of a unique index without `NULL`. Empty when the model has neither. */
  readonly key: readonly string[];
  readonly fields: Readonly<Record<string, PrismaField>>;
  readonly relations: Readonly<Record<string, PrismaRelation>>;
}

/** A field with values. */
export interface PrismaField {
  /** The scalar type, or the name of an enum. */
  readonly type: string;
  /** The name of the column in the database. */
  readonly column: string;
  readonly nullable?: boolean;
  readonly list?: boolean;
  /** The values of an enum. */
  readonly values?: readonly string[];
  /** The type of the database, such as `Timestamp(6)`, when the schema names it. */
  readonly native?: string;
}

export interface PrismaRelation {
  readonly kind: 'one' | 'many' | 'many-through';
  /** The related model. */
  readonly type: string;
  /** Whether the schema says that a related row can be absent. */
  readonly nullable?: boolean;
  readonly local: readonly string[];
  readonly foreign: readonly string[];
  /** The join table of a relation that names no model for it. */
  readonly through?: string;
  /** The column of the join table for this model: `A` or `B`. */
  readonly throughLocal?: string;
  readonly throughForeign?: string;
}
