import type { Column, DeclaredType, RelationStep } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { checkField, checkListField } from '../metadata/check-field.js';
import type { AnyModel, DocumentType, DocumentTypes, EmbeddedRelation } from './collections.js';
import type { PathColumn, StoredForm } from './describe-path.js';
import { inexpressible } from './errors.js';

/** Finds the paths of declared types, and compares the declarations with the schemas. */
export class Documents {
  readonly #checked = new WeakSet<DeclaredType>();

  constructor(readonly types: DocumentTypes) {}

  /** @throws {NanookOrmError} `NANOOK_ORM_UNKNOWN_TYPE` */
  of(type: string): DocumentType {
    const { byType } = this.types;
    const found = byType.get(type);
    if (found === undefined)
      throw new NanookOrmError('NANOOK_ORM_UNKNOWN_TYPE', { type, known: [...byType.keys()] });
    return found;
  }

  /** Returns the model of a type of documents. */
  modelOf(type: string): AnyModel {
    const { model } = this.of(type);
    if (model === undefined) {
      const known = [...this.types.byType].flatMap(([name, each]) =>
        each.model === undefined ? [] : [name],
      );
      throw new NanookOrmError('NANOOK_ORM_UNKNOWN_TYPE', { type, known });
    }
    return model;
  }

  /** @throws {NanookOrmError} `NANOOK_ORM_UNKNOWN_COLUMN` */
  column({
    scope,
    field,
    member,
    derived,
  }: Pick<Column, 'scope' | 'field' | 'member' | 'derived'>): PathColumn {
    if (member !== undefined) throw inexpressible(`the member \`${field}\` of a type without a schema`);
    if (derived !== undefined) throw inexpressible(`the number \`${field}\``);
    const found = this.field(scope.type, field);
    if (found.kind === 'Decimal') throw inexpressible(`a comparison of the Decimal128 \`${field}\``);
    return found;
  }

  /** Returns the form of the elements of a list. @throws {NanookOrmError} `NANOOK_ORM_COLUMN_TYPE` */
  elementForm({ scope, field }: Pick<Column, 'scope' | 'field'>): StoredForm {
    const column = this.field(scope.type, field);
    checkListField(scope.type, field, column);
    return column.elementForm!;
  }

  field(type: DeclaredType, field: string): PathColumn {
    this.check(type);
    const { name, columns } = this.of(type.name);
    const column = columns.get(field);
    if (column === undefined)
      throw new NanookOrmError('NANOOK_ORM_UNKNOWN_COLUMN', { type: type.name, field, table: name });
    return column;
  }

  /** Returns the part of the document to which a relation leads; `undefined` when it leads to other documents. */
  embedded({ from, relation }: RelationStep): EmbeddedRelation | undefined {
    return this.of(from.type.name).embedded.get(relation.name);
  }

  /** Checks that the declared fields of a type agree with the schema. */
  check(type: DeclaredType): void {
    if (this.#checked.has(type)) return;
    const { name: table, columns } = this.of(type.name);
    for (const [name, field] of type.fields ?? []) {
      const column = columns.get(name);
      if (column !== undefined) checkField(type.name, field, column, table);
    }
    this.#checked.add(type);
  }
}
