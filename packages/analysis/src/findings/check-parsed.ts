import type { PolicyDialect, TypesInput } from '@nanook/core';
import { placeOf, type CheckMemory, type ParsedText, type PolicyNode, type Span } from '@nanook/core/syntax';
import { runLints } from '../lints/all-lints.js';
import { checkTexts, inOrder } from './check-policies.js';
import { errorCount, type Finding } from './finding.js';

/** The policies of an editor, which keeps the statements that did not change. */
export interface ParsedPolicies {
  readonly texts: readonly ParsedText[];
  readonly types: TypesInput;
  readonly constants: Readonly<Record<string, unknown>>;
  readonly queries: readonly string[];
  readonly dialect: PolicyDialect | undefined;
  /** The findings of the last check, by statement. */
  readonly memory: CheckMemory;
}

/** Returns the findings of `checkPolicies`. It parses nothing, and checks with a state run only for statements that have changed. */
export function checkParsed({
  texts,
  types,
  constants,
  queries,
  dialect,
  memory,
}: ParsedPolicies): readonly Finding[] {
  const byName = new Map(texts.map((text) => [text.source.name, text]));
  const policies = texts.map(({ source }) => ({ name: source.name ?? '', source: source.text }));
  const textOf = ({ source }: Pick<Span, 'source'>): ParsedText => byName.get(source.name)!;
  const present = (span: Span): Span => textOf(span).placeOf(span);
  const found = checkTexts({
    policies,
    types,
    constants,
    queries,
    dialect,
    parse: (source) => textOf({ source }),
    memory,
  });
  const lints = runLints(
    { trees: texts.map(treeOf), types, constants, dialect, placeOf: (span) => placeOf(present(span)) },
    errorCount(found) === 0,
  );
  const placed = [...found, ...lints].map((finding) =>
    finding.span === undefined ? finding : { ...finding, span: present(finding.span) },
  );
  return inOrder(placed, policies);
}

const treeOf = ({ source, statements }: ParsedText): PolicyNode => ({
  kind: 'policy',
  span: { source, start: 0, end: source.text.length },
  statements,
  comments: [],
});
