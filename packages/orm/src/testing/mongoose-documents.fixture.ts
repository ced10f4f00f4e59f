import { Schema, type Mongoose } from 'mongoose';
import { MongoEmulator, mongooseWithoutServer } from './mongoose.fixture.js';

// cspell:ignore ádmin

/** The text of an ObjectId. */
export const id = (digit: string): string => digit.repeat(24);

/** Models with references, embedded documents, defaults and virtual paths, and documents that lack paths or hold null there. */
export function documentModels(): { readonly base: Mongoose; readonly emulator: MongoEmulator } {
  const base = mongooseWithoutServer();
  const emulator = new MongoEmulator(base);
  const { ObjectId } = Schema.Types;
  const user = new Schema({ name: String, role: { type: String, default: 'guest' }, level: Number });
  user.virtual('clubs', { ref: 'Club', localField: '_id', foreignField: 'members' });
  base.model('User', user);
  base.model('Club', new Schema({ name: String, members: [{ type: ObjectId, ref: 'User' }] }));
  base.model('Tag', new Schema({ name: String }));
  const address = new Schema({ city: String, zip: { type: String, default: '0' } });
  const share = new Schema({ user: { type: ObjectId, ref: 'User' }, level: Number, by: address });
  const schema = new Schema({
    title: { type: String, lowercase: true },
    status: { type: String, required: true },
    isPublic: { type: Boolean, default: false },
    size: Number,
    limit: Number,
    dueOn: Date,
    owner: { type: ObjectId, ref: 'User' },
    teamId: ObjectId,
    tags: [{ type: ObjectId, ref: 'Tag' }],
    words: [String],
    address,
    place: { country: String, area: { code: { type: String, default: 'x' } } },
    shares: [share],
    seenAt: { type: Date, default: () => new Date() },
    loud: { type: String, get: (value: string) => `${value}!` },
  });
  schema.virtual('notes', { ref: 'Note', localField: '_id', foreignField: 'document' });
  schema.virtual('openNotes', {
    ref: 'Note',
    localField: '_id',
    foreignField: 'document',
    match: { closedAt: null },
  });
  schema.virtual('peers', { ref: 'Note', localField: 'limit', foreignField: 'rank' });
  base.model('Document', schema);
  const note = new Schema({
    text: String,
    rank: Number,
    closedAt: String,
    document: { type: ObjectId, ref: 'Document' },
    author: { type: ObjectId, ref: 'User' },
  });
  base.model('Note', note);
  emulator.connect();
  const { ObjectId: Id } = base.Types;
  emulator.fill('users', [
    { _id: new Id(id('a')), name: 'Ann', role: 'admin', level: 3 },
    { _id: new Id(id('b')), name: 'Bob' },
    { _id: new Id(id('c')), name: null, role: null, level: NaN },
  ]);
  emulator.fill('tags', [
    { _id: new Id(id('1')), name: 'red' },
    { _id: new Id(id('2')), name: '$name' },
  ]);
  emulator.fill('documents', [
    {
      _id: new Id(id('1')),
      title: 'admin',
      status: 'open',
      isPublic: true,
      size: 1,
      limit: 2,
      dueOn: new Date(5),
      owner: new Id(id('a')),
      tags: [new Id(id('1')), new Id(id('2'))],
      address: { city: 'Rome', zip: '1' },
      place: { country: 'IT', area: { code: 'x' } },
      shares: [
        { _id: new Id(id('7')), user: new Id(id('b')), level: 1, by: { city: 'Rome' } },
        { _id: new Id(id('8')), user: new Id(id('c')), level: 9 },
      ],
    },
    {
      _id: new Id(id('2')),
      title: 'Admin',
      status: 'open',
      size: NaN,
      limit: 2,
      dueOn: null,
      owner: new Id(id('f')),
      tags: [],
      address: null,
      place: {},
      shares: [],
    },
    {
      _id: new Id(id('3')),
      title: '$status',
      status: '$status',
      isPublic: null,
      size: 3,
      limit: 2,
      owner: null,
    },
    {
      _id: new Id(id('4')),
      title: null,
      status: 'ádmin',
      isPublic: false,
      size: Infinity,
      owner: new Id(id('b')),
      tags: [new Id(id('f'))],
      address: {},
      shares: [{ _id: new Id(id('9')), level: null }],
    },
  ]);
  emulator.fill('clubs', [
    { name: 'red', members: [new Id(id('a')), new Id(id('f')), null] },
    { name: 'first', members: [new Id(id('a')), new Id(id('b'))] },
    { name: 'none', members: [] },
    { name: 'lost' },
  ]);
  emulator.fill('notes', [
    { text: 'first', rank: 1, document: new Id(id('1')), author: new Id(id('a')) },
    { text: 'second', rank: 5, closedAt: 'now', document: new Id(id('1')), author: new Id(id('f')) },
    { text: null, document: new Id(id('2')), author: new Id(id('b')), closedAt: null },
    { text: 'lost', rank: 1, document: null },
    { text: 'else', rank: 2, document: new Id(id('4')), closedAt: 'now' },
  ]);
  return { base, emulator };
}
