import type { Span } from '../../diagnostics/span.js';
import type { Node } from '../../syntax/ast.js';
import { check } from './check.js';

/**
 * Names that lead from a value into the machinery of JavaScript. Others of `Object.prototype`, as `toString`, are refused when
 * running, where the receiver is known: a number may well be asked for them.
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

export const refusedMember = check({
  code: 'POLAR_CHECK_REFUSED_MEMBER',
  kinds: ['lookup', 'method-call', 'instance-pattern', 'dictionary-pattern'],
  node(node, report) {
    for (const { name, span } of membersOf(node)) if (refused.has(name)) report({ span, data: { name } });
  },
});

interface Member {
  readonly name: string;
  readonly span: Span;
}

/** The members that a node asks for by name. */
function membersOf(node: Node): readonly Member[] {
  switch (node.kind) {
    case 'lookup':
      return node.key.kind === 'literal' ? [{ name: String(node.key.value), span: node.key.span }] : [];
    case 'method-call':
      return [{ name: node.method, span: node.methodSpan }];
    case 'instance-pattern':
    case 'dictionary-pattern':
      return node.fields.map(({ key, keySpan }) => ({ name: key, span: keySpan }));
    default:
      return [];
  }
}
