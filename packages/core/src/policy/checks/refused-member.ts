import type { FieldNode } from '../../syntax/ast.js';
import { check, visitScope } from './check.js';

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
  scope(scope, report) {
    const checkKeys = ({ fields }: { readonly fields: readonly FieldNode<unknown>[] }): void => {
      for (const { key, keySpan } of fields) {
        if (refused.has(key)) report({ span: keySpan, data: { name: key } });
      }
    };
    visitScope(scope, {
      lookup({ key }) {
        if (key.kind === 'literal' && refused.has(String(key.value))) {
          report({ span: key.span, data: { name: String(key.value) } });
        }
      },
      'method-call'({ method, methodSpan }) {
        if (refused.has(method)) report({ span: methodSpan, data: { name: method } });
      },
      'instance-pattern': checkKeys,
      'dictionary-pattern': checkKeys,
    });
  },
});
