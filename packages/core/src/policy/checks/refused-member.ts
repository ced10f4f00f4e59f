import type { Span } from '../../diagnostics/span.js';
import { scopeCheck } from './check.js';

/**
 * Finds names that lead from a value to the internals of JavaScript. Other names of `Object.prototype`, such as `toString`, are
 * refused when a query runs and the receiver is known, because a number may have them.
 */
const refused = new Set([
  '__proto__',
  'constructor',
  'prototype',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
  'isPrototypeOf',
  'propertyIsEnumerable',
]);

export const isRefused = (name: string): boolean => refused.has(name);

export const refusedMember = scopeCheck({
  code: 'POLAR_CHECK_REFUSED_MEMBER',
  isStricterThanOso: true,
  kinds: ['lookup', 'method-call', 'instance-pattern', 'dictionary-pattern'],
  node(node, report) {
    const look = (name: string, span: Span): void => {
      if (refused.has(name)) report({ span, data: { name } });
    };
    switch (node.kind) {
      case 'lookup':
        if (node.key.kind === 'literal') look(String(node.key.value), node.key.span);
        return;
      case 'method-call':
        look(node.method, node.methodSpan);
        return;
      default:
        for (const { key, keySpan } of node.fields) look(key, keySpan);
    }
  },
});
