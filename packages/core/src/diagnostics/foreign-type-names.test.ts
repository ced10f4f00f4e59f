import { describe, expect, it } from 'vitest';
import { TypeTable } from '../types/type-table.js';
import { messageOf } from './codes.js';
import { isPolarError } from './polar-error.js';

// cspell:ignore Strng

/** Returns the end of the message about a field of this type. */
function adviceFor(type: string): string {
  try {
    new TypeTable({ User: {}, Note: { fields: { field: type } } });
  } catch (error) {
    if (!isPolarError(error) || error.code !== 'POLAR_TYPE_UNKNOWN_FIELD_TYPE') throw error;
    return messageOf(error.code, error.data as never).replace(/^[^;]*; /, '');
  }
  return 'known';
}

describe('the message about an unknown type of a field', () => {
  it.each([
    ['Int', 'did you mean `Integer`?'],
    ['int', 'did you mean `Integer`?'],
    ['bigint', 'did you mean `Integer`?'],
    ['number', 'did you mean `Integer` or `Float`?'],
    ['Number', 'did you mean `Integer` or `Float`?'],
    ['float', 'did you mean `Float`?'],
    ['double', 'did you mean `Float`?'],
    ['numeric', 'did you mean `Decimal`?'],
    ['Bool', 'did you mean `Boolean`?'],
    ['boolean', 'did you mean `Boolean`?'],
    ['string', 'did you mean `String`?'],
    ['Text', 'did you mean `String`?'],
    ['varchar', 'did you mean `String`?'],
    ['uuid', 'did you mean `String`?'],
    ['DateTime', 'did you mean `Date`?'],
    ['Timestamp', 'did you mean `Date`?'],
    ['timestamptz', 'did you mean `Date`?'],
    ['object', 'did you mean `Dictionary`?'],
    ['json', 'did you mean `Any`?'],
    ['array', "a list is declared by the type of its elements, such as ['String']"],
    ['enum', "an enumeration is declared by its values, such as oneOf('draft', 'final')"],
    ['[User]', "a list is declared as ['User']"],
    ['Usr', 'did you mean `User`?'],
    ['Strng', 'did you mean `String`?'],
    ['Invoice', 'add the type to the option `types`'],
  ])('advises for `%s`: %s', (type, advice) => {
    expect(adviceFor(type)).toBe(advice);
  });

  it('advises nothing for the names that a declaration knows', () => {
    for (const type of ['Integer', 'Float', 'String', 'Boolean', 'Date', 'Decimal', 'Any', 'Int?'])
      expect(adviceFor(type)).toBe(type === 'Int?' ? 'did you mean `Integer`?' : 'known');
  });
});
