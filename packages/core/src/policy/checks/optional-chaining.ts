import { scopeCheck } from './check.js';

/** Warns about `note.owner?.id`: Polar reads the name of the attribute as `owner?`. */
export const optionalChaining = scopeCheck({
  code: 'POLAR_CHECK_OPTIONAL_CHAINING',
  severity: 'warning',
  kinds: ['lookup', 'method-call'],
  node({ object }, report) {
    if (object.kind !== 'lookup' || object.key.kind !== 'literal') return;
    const { value, span } = object.key;
    if (typeof value === 'string' && value.endsWith('?')) report({ span, data: { name: value } });
  },
});
