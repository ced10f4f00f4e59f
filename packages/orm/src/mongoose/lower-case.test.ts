import { Authorizer, typed } from '@nanook/core';
import { Schema } from 'mongoose';
import { expect, it } from 'vitest';
import { MongoEmulator, mongooseWithoutServer } from '../testing/mongoose.fixture.js';
import { mongooseFilter } from './index.js';

const types = {
  User: { fields: { name: 'String' } },
  Person: { fields: { name: 'String?' } },
} as const;
const names = ['Kelvin', '\u212aelvin', 'kelvin', 'KELVIN ', 'A\u0130', '\u00c5', 'Ann', 'ann', ''];

it.each(['kelvin', 'ann', 'ai', ''])('finds the documents whose text is %j in lower case', async (name) => {
  const base = mongooseWithoutServer();
  const model = base.model('Person', new Schema({ name: String }));
  const emulator = new MongoEmulator(base);
  emulator.connect();
  emulator.fill('people', [...names.map((each) => ({ name: each })), { name: null }, { name: 7 }, {}]);
  for (const [operator, isEqual] of [
    ['=', true],
    ['!=', false],
  ] as const) {
    const policies = `allow(user: User, "read", person: Person) if person.name.toLowerCase() ${operator} user.name;`;
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
    // oxlint-disable-next-line no-await-in-loop -- as above
    const condition = await authorizer.where(typed('User', { name }), 'read', 'Person');
    // oxlint-disable-next-line no-await-in-loop -- as above
    const found = await model.find(mongooseFilter(base)(condition));
    expect(found.map((each) => each.name)).toEqual(
      names.filter((each) => (each.toLowerCase() === name) === isEqual),
    );
  }
});
