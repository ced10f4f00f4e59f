import { dedent } from '../internal/dedent.fixture.js';
import { textOf, type Span } from '../diagnostics/span.js';
import type { Node, PolicyNode, RuleNode, TermNode } from './ast.js';
import { parse, parseTerm } from './parse.js';
import { visit } from './visit.js';

// Helpers for the tests of this folder.

/** Returns the errors of a policy: `line:column`, the code without its prefix, and the text of the span. */
export const errorsOf = (text: string): string[] => parse(dedent(text)).diagnostics.map(errorOf);

export const errorsOfTerm = (text: string): string[] => parseTerm(text).diagnostics.map(errorOf);

const errorOf = ({ line, column, code, span }: ReturnType<typeof parse>['diagnostics'][number]): string =>
  `${line}:${column} ${code.replace('POLAR_PARSE_', '')} ${textOf(span!)}`.trimEnd();

export const messagesOf = (text: string): string[] =>
  parse(dedent(text)).diagnostics.map(({ message }) => message);

/** Returns the tree of a policy, and fails if it has errors. */
export function policyOf(text: string): PolicyNode {
  const { policy, diagnostics } = parse(dedent(text));
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return policy;
}

/** Returns the tree of a term, and fails if it has errors. */
export function termOf(text: string): TermNode {
  const { term, diagnostics } = parseTerm(text);
  if (term === undefined || diagnostics.length > 0) {
    throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  }
  return term;
}

export const ruleOf = (text: string): RuleNode => policyOf(text).statements[0] as RuleNode;

/** Whether a key of a node holds a place in the text, or comments. */
export const isPlace = (key: string): boolean => key === 'span' || key === 'comments' || key.endsWith('Span');

/** Returns a tree without spans and comments, which is the same for two texts with the same meaning. */
export function shapeOf(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(shapeOf);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).filter(([key]) => !isPlace(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, shapeOf(value)]));
}

/** Returns the kind and the text of every node, in the order of a visit. */
export function textsOf(node: Node): string[] {
  const texts: string[] = [];
  visit(node, (each) => void texts.push(`${each.kind}: ${textOf(each.span as Span)}`));
  return texts;
}
