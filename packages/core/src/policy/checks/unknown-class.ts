import { scopeCheck } from './check.js';

/**
 * Warns about `new` with an unregistered class, and about a constant that is used as a class. Such a call ends the query with an
 * error.
 */
export const unknownClass = scopeCheck({
  code: 'POLAR_CHECK_UNKNOWN_CLASS',
  severity: 'warning',
  kinds: ['new', 'instance-pattern'],
  node({ kind, className: name, classSpan: span }, report, { types }) {
    if (types.find(name) !== undefined) return;
    if (kind === 'new' || types.hasConstant(name)) report({ span, data: { name, known: types.typeNames } });
  },
});
