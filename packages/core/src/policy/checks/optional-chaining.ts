import { check } from './check.js';

/** `note.owner?.id`: to Polar the attribute is named `owner?`. */
export const optionalChaining = check({
  code: 'POLAR_CHECK_OPTIONAL_CHAINING',
  severity: 'warning',
  kinds: ['lookup', 'method-call'],
  node({ object }, report) {
    if (object.kind !== 'lookup' || object.key.kind !== 'literal') return;
    const { value, span } = object.key;
    if (typeof value === 'string' && value.endsWith('?')) report({ span, data: { name: value } });
  },
});
