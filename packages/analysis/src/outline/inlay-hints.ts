import { visit, type VariableNode } from '@nanook/core/syntax';
import { termTypesOf } from '../hover/variable-type.js';
import { typeText } from '../types/type-text.js';
import type { Snapshot } from '../workspace/snapshot.js';

/** A type that the policy does not write, behind the first use of a variable. */
export interface InlayHint {
  readonly offset: number;
  readonly text: string;
}

/** Returns the inferred types of the variables in a range of a file. */
export function inlayHintsIn(
  snapshot: Snapshot,
  file: string,
  range: { readonly start: number; readonly end: number },
): readonly InlayHint[] {
  const hints: InlayHint[] = [];
  for (const statement of snapshot.file(file)?.tree.statements ?? []) {
    if (statement.kind !== 'rule' || statement.span.end < range.start || statement.span.start > range.end)
      continue;
    const types = termTypesOf(snapshot, statement);
    const written = new Set(
      statement.parameters.flatMap(({ term, specializer }) =>
        term.kind === 'variable' && specializer !== undefined ? [term.name] : [],
      ),
    );
    const first = new Map<string, VariableNode>();
    visit(statement, {
      variable: (node) => void (first.has(node.name) || first.set(node.name, node)),
    });
    for (const [name, { span }] of first) {
      const type = types?.variables.get(name);
      if (type !== undefined && !written.has(name))
        hints.push({ offset: span.end, text: `: ${typeText(type)}` });
    }
  }
  return hints;
}
