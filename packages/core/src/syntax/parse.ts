import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { Report } from '../diagnostics/diagnostic.js';
import { Source } from '../diagnostics/source.js';
import type { PolicyNode, TermNode } from './ast.js';
import { parsePolicy, parseQuery } from './parser.js';

/** A policy text, and the name that messages about it carry. */
export interface NamedText {
  readonly name: string;
  readonly source: string;
}

const sourceOf = (text: string | NamedText): Source =>
  typeof text === 'string' ? new Source(text) : new Source(text.source, text.name);

/**
 * Reads a policy text into a tree. Never throws.
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
 * Reads one term, as a query is written. Never throws.
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
