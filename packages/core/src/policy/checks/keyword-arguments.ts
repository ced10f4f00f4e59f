import { check } from './check.js';

/** They are part of the language for hosts that have them. Here such a call is a fault when it is reached. */
export const keywordArguments = check({
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
