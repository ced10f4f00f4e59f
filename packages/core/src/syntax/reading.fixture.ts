import { dedent } from '../internal/dedent.fixture.js';
import { textOf, type Span } from '../diagnostics/span.js';
import type { Node, PolicyNode, RuleNode, TermNode } from './ast.js';
import { parse, parseTerm } from './parse.js';
import { visit } from './visit.js';

// What the tests of this folder share.

/** What is wrong with a policy: `line:column`, the code without its prefix, the text it is about. */
export const errorsOf = (text: string): string[] => parse(dedent(text)).diagnostics.map(errorOf);

export const errorsOfTerm = (text: string): string[] => parseTerm(text).diagnostics.map(errorOf);

const errorOf = ({ line, column, code, span }: ReturnType<typeof parse>['diagnostics'][number]): string =>
  `${line}:${column} ${code.replace('POLAR_PARSE_', '')} ${textOf(span!)}`.trimEnd();

export const messagesOf = (text: string): string[] =>
  parse(dedent(text)).diagnostics.map(({ message }) => message);

/** The tree of a policy that must be right. */
export function policyOf(text: string): PolicyNode {
  const { policy, diagnostics } = parse(dedent(text));
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return policy;
}

/** The tree of a term that must be right. */
export function termOf(text: string): TermNode {
  const { term, diagnostics } = parseTerm(text);
  if (term === undefined || diagnostics.length > 0) {
    throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  }
  return term;
}

export const ruleOf = (text: string): RuleNode => policyOf(text).statements[0] as RuleNode;

/** A tree without its spans and comments: what two texts of one meaning have in common. */
export function shapeOf(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(shapeOf);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).filter(([key]) => !/^span$|Span$|^comments$/.test(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, shapeOf(value)]));
}

/** The text of every node, each with its kind, in the order of a visit. */
export function textsOf(node: Node): string[] {
  const texts: string[] = [];
  visit(node, (each) => void texts.push(`${each.kind}: ${textOf(each.span as Span)}`));
  return texts;
}
