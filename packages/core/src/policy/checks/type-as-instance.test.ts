import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

class Note {
  static count = 0;
  ownerId = 1;
  get isOpen() {
    return true;
  }
}
const diagnose = diagnoseWith(
  new TypeTable({ User: {}, Note: { class: Note, fields: { ownerId: 'Integer' } } }),
);
const code = 'POLAR_CHECK_TYPE_AS_INSTANCE';

describe('type-as-instance', () => {
  it('warns about a type that is an actor, or of which a field of its instances is read', () => {
    expect(diagnose`
      allow(User, "read", Note) if User.id = Note.ownerId and Note.isOpen;
    `).toEqual([
      { code, at: '1:7', data: { name: 'User', field: undefined } },
      { code, at: '1:30', data: { name: 'User', field: 'id' } },
      { code, at: '1:40', data: { name: 'Note', field: 'ownerId' } },
      { code, at: '1:57', data: { name: 'Note', field: 'isOpen' } },
    ]);
  });

  it('accepts a type as a resource and as a value, and static members of a class', () => {
    expect(diagnose`
      allow(user: User, "create", Note) if Note.count < 10 and user.type != Note;
    `).toEqual([]);
  });
});
