import { check } from './check.js';

/** `new Nobody()`, and a constant used as if it were a class. Where it is reached, it is a fault. */
export const unknownClass = check({
  code: 'POLAR_CHECK_UNKNOWN_CLASS',
  severity: 'warning',
  kinds: ['new', 'instance-pattern'],
  node({ kind, className: name, classSpan: span }, report, { types }) {
    if (types.find(name) !== undefined) return;
    if (kind === 'new' || types.hasConstant(name)) report({ span, data: { name, known: types.typeNames } });
  },
});
