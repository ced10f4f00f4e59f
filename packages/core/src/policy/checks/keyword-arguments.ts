import { scopeCheck } from './check.js';

/**
 * Warns about keyword arguments, which Polar has for hosts that support them. With JavaScript, such a call ends the query with an
 * error.
 */
export const keywordArguments = scopeCheck({
  code: 'POLAR_CHECK_KEYWORD_ARGUMENTS',
  severity: 'warning',
  kinds: ['call', 'method-call', 'new'],
  node(node, report) {
    const first = node.keywords[0];
    if (first === undefined) return;
    const name =
      node.kind === 'call' ? node.predicate : node.kind === 'new' ? `new ${node.className}` : node.method;
    report({ span: first.keySpan, data: { name } });
  },
});
