import { Authorizer, typed } from '@nanook/core';
import { Schema, type Model } from 'mongoose';
import { describe, expect, it } from 'vitest';
import {
  allowedIds,
  bodies,
  listFields,
  objectsOf,
  randomNotes,
  rightElements,
  types,
  users,
} from '../testing/list-columns.fixture.js';
import { MongoEmulator, mongooseWithoutServer } from '../testing/mongoose.fixture.js';
import { Random } from '../testing/world.fixture.js';
import { mongoosePipeline } from './index.js';

const required = <Type>(type: Type) => ({ type, required: true });
const { Int32 } = Schema.Types;
const paths = {
  id: required(Int32),
  parentId: Int32,
  code: String,
  level: required(Int32),
  flag: Boolean,
  tags: [String],
  names: required([String]),
  levels: required([Int32]),
  flags: [Boolean],
  states: required([{ type: String, enum: ['draft', 'final'] }]),
};

function modelWith(changes: Readonly<Record<string, object>> = {}) {
  const base = mongooseWithoutServer();
  const model = base.model('Note', new Schema({ ...paths, ...changes }, { id: false })) as unknown as Model<{
    id: number;
  }>;
  const emulator = new MongoEmulator(base);
  emulator.connect();
  return { base, model, emulator };
}

const load = (body: string): Promise<Authorizer> =>
  Authorizer.load({
    policies: `allow(user: User, "read", note: Note) if user = user and ${body};`,
    types,
    onWarning: () => {},
  });

describe('a path of lists', () => {
  it('lists exactly the documents for which a check finds an element', async () => {
    const { base, model, emulator } = modelWith();
    const random = new Random(3);
    const wrong = ['null', '"a"', '1', '1.5', 'true', '"other"', '["a"]', '{"a":"a"}'];
    const notes = randomNotes(random, (field) => {
      // An `Int32` is a number of 32 bits.
      const right = rightElements[field].filter((each) => each !== '9007199254740991');
      return random.below(4) === 0 ? [...right, ...wrong] : right;
    });
    const rows = objectsOf(notes);
    emulator.fill(
      'notes',
      rows.map((row, i) => ({
        ...notes[i],
        ...Object.fromEntries(listFields.map((field) => [field, (row as Record<string, unknown>)[field]])),
      })),
    );
    const failures: unknown[] = [];
    let telling = 0;
    for (const body of bodies) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await load(body);
      for (const user of users) {
        // oxlint-disable-next-line no-await-in-loop -- as above
        const condition = await authorizer.where(user, 'read', 'Note');
        // oxlint-disable-next-line no-await-in-loop -- as above
        const found = await model.aggregate<{ id: number }>([...mongoosePipeline(base)(condition)] as never);
        const [listed, allowed] = [found.map(({ id }) => id), allowedIds(authorizer, user, rows)];
        if (allowed.length > 0 && allowed.length < rows.length) telling++;
        if (JSON.stringify(listed) !== JSON.stringify(allowed))
          failures.push({ body, user, listed, allowed });
      }
    }
    expect(failures).toEqual([]);
    expect(telling).toBeGreaterThan(150);
  });

  it('has no element where a document does not have it, as Mongoose shows it', async () => {
    const { base, model, emulator } = modelWith();
    emulator.fill('notes', [{ id: 1 }, { id: 2, tags: null }, { id: 3, tags: [] }, { id: 4, tags: ['a'] }]);
    expect(model.hydrate({ id: 1 }).get('tags')).toHaveLength(0);
    const condition = await (await load('not "a" in note.tags')).where(users[0]!, 'read', 'Note');
    const found = await model.aggregate<{ id: number }>([...mongoosePipeline(base)(condition)] as never);
    expect(found.map(({ id }) => id)).toEqual([1, 3]);
  });

  it.each([
    ['a default of its own', { tags: { type: [String], default: ['a'] } }],
    ['elements of another type', { tags: [Number] }],
    ['no declared elements', { tags: [Schema.Types.Mixed] }],
  ])('is refused with %s', async (_name, changes) => {
    const { base } = modelWith(changes);
    const condition = await (await load('"a" in note.tags')).where(typed('User', {}), 'read', 'Note');
    expect(() => mongoosePipeline(base)(condition)).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_COLUMN_TYPE' }),
    );
  });
});
