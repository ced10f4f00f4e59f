import type { TypesInput } from '@nanook/core';
import { readFieldInput, type Column, type DeclaredType } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { checkField } from '../metadata/check-field.js';
import { inexpressible } from './inexpressible.js';
import type { PrismaOptions } from './prisma-options.js';
import { comparableKind, typeText, valuesOf } from './schema/comparable-kind.js';
import type { PrismaField, PrismaModel } from './schema/prisma-schema.js';

const kindsOf: Record<Column['type'], readonly unknown[]> = {
  string: ['String'],
  integer: ['Integer'],
  float: ['Float', 'Integer'],
  decimal: ['Decimal'],
  boolean: ['Boolean'],
  date: ['Date'],
};

/** The models of the types. */
export class Models {
  readonly #checked = new WeakSet<DeclaredType>();
  readonly #modelNames: ReadonlyMap<string, string>;

  constructor(readonly options: Pick<PrismaOptions, 'client' | 'schema' | 'models'>) {
    const { schema, models = {} } = options;
    if (typeof schema !== 'object' || schema === null || typeof schema.models !== 'object')
      throw new NanookOrmError('NANOOK_ORM_INVALID_OPTION', {
        option: 'schema',
        reason: 'must be the object that the generator `nanook-prisma` writes',
      });
    this.#modelNames = new Map(Object.entries(models));
    for (const type of this.#modelNames.keys()) this.modelOf(type);
  }

  /** Returns the name of the model of a type. */
  nameOf(type: string): string {
    return this.#modelNames.get(type) ?? type;
  }

  /** Returns the name of the type of a model. */
  typeOf(model: string): string {
    for (const [type, name] of this.#modelNames) if (name === model) return type;
    return model;
  }

  /** Returns the model of a type. @throws {NanookOrmError} `NANOOK_ORM_PRISMA_UNKNOWN_MODEL` */
  modelOf(type: string): PrismaModel {
    const { models } = this.options.schema;
    const model = this.nameOf(type);
    if (!Object.hasOwn(models, model))
      throw new NanookOrmError('NANOOK_ORM_PRISMA_UNKNOWN_MODEL', { type, model });
    return models[model]!;
  }

  /** Returns the methods of the client for a type. @throws {NanookOrmError} `NANOOK_ORM_PRISMA_UNKNOWN_MODEL` */
  methodsOf(type: string): object {
    const model = this.nameOf(type);
    const property = model.charAt(0).toLowerCase() + model.slice(1);
    const found = (this.options.client as Record<string, object | undefined>)[property];
    if (found === undefined) throw new NanookOrmError('NANOOK_ORM_PRISMA_UNKNOWN_MODEL', { type, model });
    return found;
  }

  /** Returns the field of a column, of any type. */
  field({
    scope,
    field,
    member,
    derived,
  }: Pick<Column, 'scope' | 'field' | 'member' | 'derived'>): PrismaField {
    if (member !== undefined) throw inexpressible(`the member \`${field}\` of JSON`);
    if (derived !== undefined) throw inexpressible(`the number \`${field}\``);
    this.check(scope.type);
    const type = scope.type.name;
    const { fields } = this.modelOf(type);
    if (!Object.hasOwn(fields, field))
      throw new NanookOrmError('NANOOK_ORM_UNKNOWN_COLUMN', { type, field, table: this.nameOf(type) });
    return fields[field]!;
  }

  /** Returns the field of a column whose values the database compares as the policy does. */
  comparable(column: Column): PrismaField {
    const found = this.field(column);
    const kind = comparableKind(found, this.options.schema.provider);
    if (kindsOf[column.type].includes(kind)) return found;
    throw new NanookOrmError('NANOOK_ORM_COLUMN_TYPE', {
      type: column.scope.type.name,
      field: column.field,
      declared: column.type,
      found: `a field of the Prisma type ${typeText(found)}`,
    });
  }

  /** Returns the reference to a field that Prisma compares with another field. */
  reference({ scope, field }: Column): unknown {
    const { fields } = this.methodsOf(scope.type.name) as { fields?: Readonly<Record<string, unknown>> };
    const found = fields?.[field];
    if (found === undefined)
      throw new NanookOrmError('NANOOK_ORM_UNKNOWN_COLUMN', {
        type: scope.type.name,
        field,
        table: this.nameOf(scope.type.name),
      });
    return found;
  }

  /** Returns the name of a field that has lists of values: a field of the key, or the first such field. */
  listable(type: DeclaredType): string {
    return this.listableOf(this.nameOf(type.name));
  }

  listableOf(model: string): string {
    const { key, fields } = this.options.schema.models[model]!;
    const isListable = (name: string) => {
      const { type: found, list } = fields[name]!;
      return list !== true && !['Boolean', 'Json', 'Bytes'].includes(found);
    };
    const name = [...key, ...Object.keys(fields)].find(isListable);
    if (name === undefined)
      throw inexpressible(`a condition for \`${model}\`, which has only fields without lists of values`);
    return name;
  }

  /** Checks that the declared fields of a type agree with the schema. */
  check(type: DeclaredType): void {
    if (this.#checked.has(type)) return;
    const { table, fields } = this.modelOf(type.name);
    for (const [name, field] of type.fields ?? []) {
      if (!Object.hasOwn(fields, name)) continue;
      const found = fields[name]!;
      const column = { ...valuesOf(found, this.options.schema.provider), ormType: typeText(found) };
      checkField(type.name, field, column, table);
    }
    this.#checked.add(type);
  }

  /** Checks that each field that can be `NULL` is declared so. */
  checkNullability(types: TypesInput): void {
    for (const [type, declaration] of Object.entries(types)) {
      if (!Object.hasOwn(this.options.schema.models, this.nameOf(type))) continue;
      const declared = typeof declaration === 'function' ? {} : (declaration.fields ?? {});
      const { table, fields } = this.modelOf(type);
      for (const [field, input] of Object.entries(declared))
        if (
          Object.hasOwn(fields, field) &&
          fields[field]!.nullable === true &&
          !readFieldInput(input).nullable
        )
          throw new NanookOrmError('NANOOK_ORM_NULLABLE_COLUMN', { type, field, table });
    }
  }
}
