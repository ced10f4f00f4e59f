import mongoose from 'mongoose';
import { DataTypes, Model, Sequelize } from 'sequelize';
import { describe, expect, it } from 'vitest';
import { shownFields } from './shown-fields.js';

const NoteDocument = mongoose.model(
  'ShownNote',
  new mongoose.Schema({ title: String, author: new mongoose.Schema({ name: String }, { _id: false }) }),
);

class NoteModel extends Model {}
NoteModel.init(
  { id: { type: DataTypes.INTEGER, primaryKey: true }, title: DataTypes.STRING },
  {
    sequelize: new Sequelize({ dialect: 'sqlite', dialectModule: {}, logging: false }),
    modelName: 'Note',
  },
);

describe('the fields of a resource', () => {
  it('include the attributes of a Mongoose document', () => {
    const note = new NoteDocument({ title: 'Plan', author: { name: 'Ann' } });
    expect(shownFields(note)).toEqual({ _id: note._id, title: 'Plan', author: { name: 'Ann' } });
  });

  it('include the attributes of an instance of Sequelize', () => {
    expect(shownFields(NoteModel.build({ id: 1, title: 'Plan' }))).toEqual({ id: 1, title: 'Plan' });
  });

  it('equal the own fields of another object, also if it has a `toJSON`', () => {
    class Note {
      readonly id = 1;
      toJSON() {
        return { id: this.id, label: `note ${this.id}` };
      }
    }
    const note = new Note();
    const plain = { id: 1 };
    const date = new Date(0);
    expect([shownFields(note), shownFields(plain), shownFields(date)]).toEqual([note, plain, date]);
  });
});
