import { check } from './check.js';

/** They are part of the language for hosts that have them. Here such a call is a fault when it is reached. */
export const keywordArguments = check({
  code: 'POLAR_CHECK_KEYWORD_ARGUMENTS',
  severity: 'warning',
  scope({ nodes }, report) {
    for (const node of nodes) {
      if (node.kind !== 'call' && node.kind !== 'method-call' && node.kind !== 'new') continue;
      const [first] = node.keywords;
      if (first === undefined) continue;
      const name =
        node.kind === 'call' ? node.predicate : node.kind === 'new' ? `new ${node.className}` : node.method;
      report({ span: first.keySpan, data: { name } });
    }
  },
});
