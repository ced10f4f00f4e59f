import { describe, expect, it } from 'vitest';
import { Authorizer, typed, type TypesInput } from '../index.js';

// A type can come from a class, a tag, a discriminator, a predicate, or the field that holds the object. The types that it extends come with it.

class Page {
  kind = 'note';
  level = 1;
}
class Plain {
  kind = 'other';
}
const policies = `
  allow(_, "read", _: Doc);
  allow(_, "open", holder: Holder) if holder.note matches Doc;
`;
const outcomes = async (types: TypesInput, resource: unknown, action = 'read') => {
  const authorizer = await Authorizer.load({
    policies,
    types: { Holder: {}, ...types },
    onWarning: () => {},
  });
  const machine = await Authorizer.load({
    policies,
    types: { Holder: {}, ...types },
    engine: 'machine',
    onWarning: () => {},
  });
  return [await authorizer.can(null, action, resource), await machine.can(null, action, resource)];
};

describe('an instance of a class has the types that its other types extend', () => {
  it('with a discriminator', async () => {
    const types = { Page, Doc: {}, Note: { extends: 'Doc', discriminator: { kind: 'note' } } };
    expect(await outcomes(types, new Page())).toEqual([true, true]);
    expect(await outcomes(types, new Plain())).toEqual([false, false]);
  });

  it('with a predicate', async () => {
    const isNote = (value: unknown) => value instanceof Page && value.level === 1;
    const types: TypesInput = {
      Page,
      Doc: {},
      Note: { extends: 'Doc', discriminator: { level: 1 } },
      Odd: { is: isNote },
    };
    expect(await outcomes(types, new Page())).toEqual([true, true]);
  });

  it('with a tag', async () => {
    const types = { Page, Doc: {}, Note: { extends: 'Doc' } };
    expect(await outcomes(types, typed('Note', new Page()))).toEqual([true, true]);
  });

  it('in a declared field', async () => {
    const types: TypesInput = { Doc: {}, Note: { extends: 'Doc' }, Holder: { fields: { note: 'Note' } } };
    expect(await outcomes(types, typed('Holder', { note: new Plain() }), 'open')).toEqual([true, true]);
  });
});
