import { check } from './check.js';

/** `new Nobody()`, and a constant used as if it were a class. Where it is reached, it is a fault. */
export const unknownClass = check({
  code: 'POLAR_CHECK_UNKNOWN_CLASS',
  severity: 'warning',
  scope({ nodes }, report, { types }) {
    for (const node of nodes) {
      if (node.kind !== 'new' && node.kind !== 'instance-pattern') continue;
      const { className: name, classSpan: span } = node;
      if (types.find(name) !== undefined) continue;
      if (node.kind === 'new' || types.hasConstant(name))
        report({ span, data: { name, known: types.typeNames } });
    }
  },
});
