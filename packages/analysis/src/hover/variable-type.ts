import { visit, type FieldType, type StatementNode, type TermTypes } from '@nanook/core/syntax';
import type { Snapshot } from '../workspace/snapshot.js';

/** Returns the statement of a file around an offset. */
export const statementAt = (snapshot: Snapshot, file: string, offset: number): StatementNode | undefined =>
  snapshot.file(file)?.tree.statements.find(({ span }) => span.start <= offset && offset <= span.end);

/** Returns the types of the terms of a rule or an inline query. */
export function termTypesOf({ outline }: Snapshot, statement: StatementNode): TermTypes | undefined {
  switch (statement.kind) {
    case 'rule':
      return outline.types.termTypesIn(statement);
    case 'inline-query':
      return outline.types.termTypesIn({ parameters: [], body: statement.term });
    default:
      return undefined;
  }
}

/** Returns the type of a variable at a place, or at the end of its rule. */
export function typeOfVariable(
  snapshot: Snapshot,
  name: string,
  { file, start }: { readonly file: string; readonly start: number },
): FieldType | undefined {
  const statement = statementAt(snapshot, file, start);
  const types = statement && termTypesOf(snapshot, statement);
  if (statement === undefined || types === undefined) return undefined;
  let here: FieldType | undefined;
  visit(statement, {
    variable: (node) => void (node.span.start === start && (here = types.terms.get(node))),
  });
  return here ?? types.variables.get(name);
}
