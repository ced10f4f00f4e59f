import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { Report } from '../diagnostics/report.js';
import { Source } from '../diagnostics/source.js';
import type { PolicyNode, TermNode } from './ast.js';
import { parsePolicy, parseQuery } from './parser.js';

/** A policy text with its name in messages. */
export interface NamedText {
  readonly name: string;
  readonly source: string;
}

const sourceOf = (text: string | NamedText): Source =>
  typeof text === 'string' ? new Source(text) : new Source(text.source, text.name);

/**
 * Parses a policy text to a tree. It never throws.
 *
 * @returns the tree of all that could be read, and every syntax error in the order of the text (at most 100)
 * @example
 * const { policy, diagnostics } = parse('allow(_actor, "read", _resource);');
 */
export function parse(text: string | NamedText): {
  readonly policy: PolicyNode;
  readonly diagnostics: readonly Diagnostic[];
} {
  const report = new Report();
  const policy = parsePolicy(sourceOf(text), report);
  return { policy, diagnostics: report.diagnostics };
}

/**
 * Parses one term in the form of a query. It never throws.
 *
 * @returns the term, undefined when there is none to be read, and every syntax error
 * @example
 * const { term } = parseTerm('allow(actor, "read", resource)');
 */
export function parseTerm(text: string | NamedText): {
  readonly term: TermNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
} {
  const report = new Report();
  const term = parseQuery(sourceOf(text), report);
  return { term, diagnostics: report.diagnostics };
}
