import type { RowCondition } from '@nanook/core/filter';
import type { Expression, IdentifierNode, OperationNode, RawNode, SqlBool, ValueNode } from 'kysely';
import { dialectOf } from '../sql/dialect-of.js';
import { partsOf } from '../sql/fragment.js';
import { printFilter } from '../sql/print-filter.js';
import type { SqlOptions } from '../sql/sql-options.js';
import { tableNames } from '../sql/table-names.js';

export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export type { DialectName, DialectOptions } from '../sql/dialect.js';
export type { ColumnInput, SqlOptions, TableInput } from '../sql/sql-options.js';

export interface KyselyPlace {
  /** The name of the filtered table in the query: `d` for `selectFrom('documents as d')`. By default the table itself. */
  readonly alias?: string;
}

/**
 * Makes a function that turns conditions of `authorizer.where` into expressions of Kysely. The names in `tables` are those of the
 * database, also with `CamelCasePlugin`.
 *
 * @example
 * const list = kysely({ dialect: 'postgres', tables: { Document: 'documents' } });
 * const condition = await authorizer.where(user, 'read', 'Document');
 * await db.selectFrom('documents').selectAll().where(list(condition)).orderBy('id').limit(20).execute();
 */
export function kysely(
  options: SqlOptions,
): (condition: RowCondition, place?: KyselyPlace) => Expression<SqlBool> {
  const dialect = dialectOf(options);
  const names = tableNames(options);
  return ({ filter, row, type }, { alias = names.table(type).name } = {}) => {
    const texts = ['('];
    const nodes: OperationNode[] = [];
    const addText = (text: string) => void (texts[texts.length - 1] += text);
    const addNode = (node: IdentifierNode | ValueNode) => {
      nodes.push(node);
      texts.push('');
    };
    for (const part of partsOf(printFilter(filter, row, names, dialect))) {
      if (typeof part === 'string') {
        addText(part);
      } else if (part.kind === 'root-column') {
        // Plugins rename identifiers, as in the rest of the query.
        addNode({ kind: 'IdentifierNode', name: alias });
        addText('.');
        addNode({ kind: 'IdentifierNode', name: part.name });
      } else {
        addNode({ kind: 'ValueNode', value: part.value });
        if (dialect.name === 'postgres' && part.cast !== undefined) addText(`::${part.cast}`);
      }
    }
    addText(')');
    // Nodes are plain data, so this module loads where Kysely, an ES module, cannot be required, such as under Jest.
    const node: RawNode = { kind: 'RawNode', sqlFragments: texts, parameters: nodes };
    return { expressionType: undefined, toOperationNode: () => node };
  };
}
