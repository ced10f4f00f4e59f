import type { Column, DeclaredType } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { inexpressible } from './inexpressible.js';
import type { PrismaOptions } from './prisma-options.js';

/** A reference to a field, as a client has it in `client.document.fields`. */
export interface FieldRef {
  readonly name: string;
  /** The scalar type in the schema, or the name of an enum. */
  readonly typeName: string;
  readonly isList?: boolean;
  readonly isEnum?: boolean;
}

const typesOf: Record<Column['type'], readonly string[]> = {
  string: ['String'],
  integer: ['Int'],
  float: ['Float', 'Int'],
  boolean: ['Boolean'],
  date: ['DateTime'],
};

/** The fields of the models of a client. */
export class ModelFields {
  constructor(readonly options: Pick<PrismaOptions, 'client' | 'models'>) {}

  /** Returns the field of a column, whose values the database compares as the policy does. */
  of(column: Column): FieldRef {
    const ref = this.named(column);
    const { field, type: declared } = column;
    const isComparable =
      ref.isEnum === true ? declared === 'string' : typesOf[declared].includes(ref.typeName);
    if (isComparable && ref.isList !== true) return ref;
    const type = column.scope.type.name;
    const found = `a field of the Prisma type ${ref.typeName}${ref.isList === true ? '[]' : ''}`;
    throw new NanookOrmError('NANOOK_ORM_COLUMN_TYPE', { type, field, declared, found });
  }

  /** Returns the field of a column, of any type. */
  named({ scope, field }: Pick<Column, 'scope' | 'field'>): FieldRef {
    const type = scope.type.name;
    const ref = this.requireModel(type).fields[field];
    if (ref === undefined)
      throw new NanookOrmError('NANOOK_ORM_UNKNOWN_COLUMN', { type, field, table: this.#nameOf(type) });
    return ref;
  }

  /** Returns the name of a field that has lists of values: a field of the key, or the first field that is not a boolean. */
  listable(type: DeclaredType): string {
    const names = [...(type.key ?? []), ...(type.fields?.keys() ?? [])];
    const isListable = (field: string) => {
      const { typeName, isList } = this.named({ scope: { id: 0, type }, field });
      return isList !== true && !['Boolean', 'Json', 'Bytes'].includes(typeName);
    };
    const name = names.find(isListable);
    if (name === undefined)
      throw inexpressible(`a condition for \`${type.name}\`, which has only fields without lists of values`);
    return name;
  }

  /** Returns the property of the client for a type. */
  /** Returns the model of a type in the client. @throws {NanookOrmError} `NANOOK_ORM_PRISMA_UNKNOWN_MODEL` */
  requireModel(type: string): { readonly fields: Readonly<Record<string, FieldRef>> } {
    const model = this.#nameOf(type);
    const found = (this.options.client as Record<string, { fields?: Record<string, FieldRef> }>)[model];
    if (found?.fields === undefined)
      throw new NanookOrmError('NANOOK_ORM_PRISMA_UNKNOWN_MODEL', { type, model });
    return found as { readonly fields: Readonly<Record<string, FieldRef>> };
  }

  #nameOf(type: string): string {
    const { models = {} } = this.options;
    return Object.hasOwn(models, type) ? models[type]! : type.charAt(0).toLowerCase() + type.slice(1);
  }
}
