import { Report } from '../diagnostics/report.js';
import { currentTimeName } from '../internal/current-time.js';
import { rowFactSources } from '../policy/row-facts.js';
import type { RuleNode } from '../syntax/ast.js';
import { parsePolicy } from '../syntax/parser.js';
import type { TypesInput } from '../types/type-declaration.js';
import { TypeTable } from '../types/type-table.js';

/**
 * Returns the rules for the facts that rows are, for tools. The name of their source is `facts of Membership`.
 *
 * @throws {PolarError} `POLAR_TYPE_…` for a type that makes no sense
 */
export function rowFactRules(
  types: TypesInput,
  constants: Readonly<Record<string, unknown>> = {},
): readonly RuleNode[] {
  const table = new TypeTable(types, { [currentTimeName]: {}, Clock: {}, ...constants });
  return rowFactSources(table)
    .flatMap((source) => parsePolicy(source, new Report()).statements)
    .filter((statement) => statement.kind === 'rule');
}
