import { oneOf, optional } from '@nanook/core';
import { Schema, type Mongoose } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { documentModels } from '../testing/mongoose-documents.fixture.js';
import { mongooseFilter, typesFromMongoose } from './index.js';

let base: Mongoose;
beforeEach(() => {
  ({ base } = documentModels());
});

describe('typesFromMongoose()', () => {
  it('declares no text, number or date for values that documents show otherwise than MongoDB stores them', () => {
    const { fields } = typesFromMongoose(base)['Document']!;
    for (const name of ['teamId', 'seenAt', 'loud']) expect(fields![name]).toEqual({ optional: Object });
  });

  it('declares enums, decimals and lists of values, and paths that a document can lack as optional', () => {
    const { Decimal128, Mixed } = Schema.Types;
    base.model(
      'Order',
      new Schema({
        state: { type: String, enum: ['open', 'paid'], required: true },
        stage: { type: String, enum: ['first', 'last', null] },
        total: { type: Decimal128, required: true },
        tags: [String],
        ranks: { type: [Number], required: true },
        notes: [Mixed],
      }),
    );
    expect(typesFromMongoose(base)['Order']!.fields).toMatchObject({
      state: oneOf('open', 'paid'),
      stage: optional(oneOf('first', 'last')),
      total: 'Decimal',
      tags: optional(['String']),
      ranks: ['Float'],
      notes: optional(Object),
    });
  });

  it('uses other names of types', async () => {
    const models = { Person: base.model('User') };
    expect(Object.keys(typesFromMongoose(base, { models }))).toEqual(['Person']);
    expect(() =>
      mongooseFilter(base, { models })({
        type: 'User',
        row: { id: 0, type: {} },
        filter: { kind: 'always' },
      } as never),
    ).toThrow('the type `User` has no table');
  });

  it('leaves out relations that lead to documents of a discriminator, and keys of different types', () => {
    const animal = base.model('Animal', new Schema({ name: String, keeper: { type: Number, ref: 'User' } }));
    animal.discriminator('Cat', new Schema({ lives: Number }));
    base.model(
      'Owner',
      new Schema({
        cat: { type: Schema.Types.ObjectId, ref: 'Cat' },
        pet: { type: Schema.Types.ObjectId, ref: 'Animal' },
      }),
    );
    const types = typesFromMongoose(base);
    expect(Object.keys(types['Owner']!.relations!)).toEqual(['pet']);
    expect(types['Animal']!.relations).toEqual({});
  });

  it('ends at a schema that contains itself', () => {
    const schema = new Schema({ text: String });
    schema.add({ replies: [schema] });
    base.model('Thread', schema);
    expect(typesFromMongoose(base)['Thread']!.relations).toEqual({});
  });
});
