import { Authorizer, typed, type TypesInput } from '@nanook/core';
import { Schema, type Mongoose } from 'mongoose';
import { beforeAll, describe, expect, it } from 'vitest';
import { MongoEmulator, mongooseWithoutServer } from '../testing/mongoose.fixture.js';
import { mongooseFilter, mongoosePipeline, typesFromMongoose } from './index.js';

// MongoDB stores a value of any type in a path, for example from before a change of the schema.

const fields = ['size', 'rank', 'title', 'isOpen', 'dueOn', 'status'] as const;
type Field = (typeof fields)[number];

const right: Readonly<Record<Field, unknown>> = {
  size: 2,
  rank: 2,
  title: 'a',
  isOpen: true,
  dueOn: new Date(5),
  status: 'draft',
};
const wrong: Readonly<Record<Field, readonly unknown[]>> = {
  size: ['2', [2], [2, 7], true, new Date(2), { value: 2 }],
  rank: ['2', [2], 1.5],
  title: [2, ['a'], ['a', 'z'], true],
  isOpen: [1, 'true', [true]],
  dueOn: [5, '1970-01-01', [new Date(5)]],
  status: [1, 'other', ['draft']],
};
const conditions: Readonly<Record<Field, readonly string[]>> = {
  size: [
    'row.size = 2',
    'row.size != 5',
    'row.size < 9',
    'not row.size > 9',
    'row.size in [2, 3]',
    'row.size != nil',
  ],
  rank: [
    'row.rank = 2',
    'row.rank != 5',
    'row.rank < 9',
    'not row.rank > 9',
    'row.rank = row.size',
    'row.rank + 1 = 3',
    'not row.rank * row.rank / 2 != row.size',
    '-7 mod row.rank = 1 and -7 rem row.rank = -1',
    'not row.rank / 4 > 0.5',
  ],
  title: ['row.title = "a"', 'row.title != "b"', 'row.title < "b"', 'not row.title in ["b"]'],
  isOpen: ['row.isOpen', 'row.isOpen != false', 'not row.isOpen = false'],
  dueOn: ['row.dueOn != 5', 'row.dueOn < Limit', 'not row.dueOn > Limit'],
  status: ['row.status = "draft"', 'row.status != "final"', 'not row.status = "final"', 'row.status < "z"'],
};

type Row = Readonly<Record<string, unknown>>;
const isRight = (row: Row, field: Field) =>
  Array.isArray(row[field]) === false &&
  typeof row[field] === typeof right[field] &&
  String(row[field]) === String(right[field]);

describe('a path whose stored value contradicts the schema', () => {
  let base: Mongoose;
  let types: TypesInput;
  const rows = fields.flatMap((field) => wrong[field].map((value) => ({ ...right, [field]: value })));
  beforeAll(() => {
    base = mongooseWithoutServer();
    base.model(
      'Row',
      new Schema({
        size: Number,
        rank: Schema.Types.Int32,
        title: String,
        isOpen: Boolean,
        dueOn: Date,
        status: { type: String, enum: ['draft', 'final'] },
      }),
    );
    const emulator = new MongoEmulator(base);
    emulator.connect();
    emulator.fill('rows', [right, ...rows]);
    types = { User: {}, ...typesFromMongoose(base) };
  });

  it.each(fields)('is in no list because of it: %s', async (field) => {
    for (const body of conditions[field]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await Authorizer.load({
        policies: `allow(_: User, "read", row: Row) if ${body};`,
        types,
        constants: { Limit: new Date(9) },
        onWarning: () => {},
      });
      // oxlint-disable-next-line no-await-in-loop -- as above
      const condition = await authorizer.where(typed('User', {}), 'read', 'Row');
      // oxlint-disable-next-line no-await-in-loop -- as above
      const found = await base.model('Row').aggregate(mongoosePipeline(base)(condition));
      // A condition may read another field too.
      const read = fields.filter((each) => body.includes(`row.${each}`));
      const expected = [right, ...rows].filter((row) => read.every((each) => isRight(row, each))).length;
      expect([body, found.length, found.every((row: Row) => isRight(row, field))]).toEqual([
        body,
        expected,
        true,
      ]);
      // oxlint-disable-next-line no-await-in-loop -- as above
      expect(await base.model('Row').countDocuments(mongooseFilter(base)(condition))).toBe(found.length);
    }
  });
});
