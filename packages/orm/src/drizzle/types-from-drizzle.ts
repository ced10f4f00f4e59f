import { many, one, type RelationInput, type TypeDeclaration } from '@nanook/core';
import {
  createTableRelationsHelpers,
  extractTablesRelationalConfig,
  getTableColumns,
  getTableUniqueName,
  is,
  normalizeRelation,
  One,
  Relations,
  type Column,
  type Relation,
  type Table,
} from 'drizzle-orm';
import { declaredField } from '../metadata/declared-field.js';
import { describeTable, propertyOf, valuesOf, type DrizzleTables } from './columns.js';

/**
 * Returns the declarations of types for `Authorizer.load`: the fields, the keys and the relations that the tables of Drizzle have. A
 * column whose values a query cannot compare as JavaScript does, such as JSON, is declared as `Object`.
 *
 * @param tables the table of each type
 * @param schema an object with the results of `relations(…)`, such as the module of the schema
 * @example
 * const types = typesFromDrizzle({ Document: documents, User: users }, schema);
 * const authorizer = await Authorizer.load({ policies: 'policy/*.polar', types });
 */
export function typesFromDrizzle<Tables extends DrizzleTables>(
  tables: Tables,
  schema: Readonly<Record<string, unknown>> = {},
): { readonly [Type in keyof Tables]: TypeDeclaration } {
  const relations = Object.entries(schema).filter(([, value]) => is(value, Relations));
  const { tables: configs, tableNamesMap: types } = extractTablesRelationalConfig(
    { ...tables, ...Object.fromEntries(relations.map(([name, value]) => [`relations of ${name}`, value])) },
    createTableRelationsHelpers,
  );
  const relationOf = (relation: Relation): RelationInput | undefined => {
    const type = types[getTableUniqueName(relation.referencedTable)];
    if (type === undefined) return undefined;
    const { fields, references } = normalizeRelation(configs, types, relation);
    const local = fields.map((column) => propertyOf(relation.sourceTable, column));
    const foreign = references.map((column) => propertyOf(relation.referencedTable, column));
    return is(relation, One)
      ? one(type, { local, foreign, enforced: isForeignKey(fields, references, relation) })
      : many(type, { local, foreign });
  };
  const declarationOf = (type: string, table: Table): TypeDeclaration => {
    const { primaryKey, relations: related } = configs[type]!;
    return {
      ...(primaryKey.length === 0 ? {} : { key: primaryKey.map((column) => propertyOf(table, column)) }),
      fields: Object.fromEntries(
        Object.entries(getTableColumns(table)).map(([name, column]) => [
          name,
          declaredField(valuesOf(column)),
        ]),
      ),
      relations: Object.fromEntries(
        Object.entries(related).flatMap(([name, relation]) => {
          const input = relationOf(relation);
          return input === undefined ? [] : [[name, input]];
        }),
      ),
    };
  };
  return Object.fromEntries(
    Object.entries(tables).map(([type, table]) => [type, declarationOf(type, table)]),
  ) as { [Type in keyof Tables]: TypeDeclaration };
}

/** Returns whether a foreign key guarantees that the related row exists. SQLite checks foreign keys only on demand. */
function isForeignKey(fields: readonly Column[], references: readonly Column[], relation: Relation): boolean {
  const { dialect, config } = describeTable(relation.sourceTable);
  const namesOf = (columns: readonly Column[]) => columns.map(({ name }) => name).join();
  return (
    dialect !== 'sqlite' &&
    config.foreignKeys.some((key) => {
      const { columns, foreignColumns, foreignTable } = key.reference();
      return (
        foreignTable === relation.referencedTable &&
        namesOf(columns) === namesOf(fields) &&
        namesOf(foreignColumns) === namesOf(references)
      );
    })
  );
}
