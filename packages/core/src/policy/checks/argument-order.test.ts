import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

const diagnose = diagnoseWith(
  new TypeTable({ User: {}, Robot: {}, Note: {}, Action: {}, Account: {}, ApiKey: {} }),
);
const code = 'POLAR_CHECK_ARGUMENT_ORDER';

describe('argument-order', () => {
  it('warns when actor and resource, or action and another argument, are swapped', () => {
    expect(diagnose`
      allow(note: Note, "read", user: User) if user.id = note.ownerId;
      allow("read", user: User, note: Note) if user.id = note.ownerId;
      allow(user: User, note: Note, "read") if user.id = note.ownerId;
    `).toEqual([
      { code, at: '1:7', data: { name: 'allow', place: 'actor', type: 'Note' } },
      { code, at: '2:15', data: { name: 'allow', place: 'action', type: 'User' } },
      { code, at: '3:19', data: { name: 'allow', place: 'action', type: 'Note' } },
    ]);
  });

  it('recognizes actors by their blocks, if there are any', () => {
    expect(diagnose`
      actor Robot {}
      allow(_: Note, "read", _: User);
      allow(_: Robot, "read", _: User);
      allow(_: Note, "read", _: Robot);
    `).toEqual([{ code, at: '4:7', data: { name: 'allow', place: 'actor', type: 'Note' } }]);
  });

  it('accepts users as resources of users, and actions of a type', () => {
    expect(diagnose`
      allow(_: User, "read", _: User);
      allow(_: User, _: Action, _: Note);
      allow(_: Note, "read", _: Note);
    `).toEqual([]);
  });

  it('accepts resources that are actors in other applications, and actors that are resources there', () => {
    expect(diagnose`
      allow(_: Robot, "read", _: Account);
      allow(_: Note, "read", _: Account);
      allow(_: Account, "read", _: User);
      allow(_: ApiKey, "read", _: User);
    `).toEqual([]);
  });

  it('takes a type with a resource block for a resource', () => {
    expect(diagnose`
      resource User {}
      allow(_: Robot, "read", _: User);
    `).toEqual([]);
    expect(diagnose`
      resource Account {}
      allow(_: Account, "read", _: User);
    `).toEqual([{ code, at: '2:7', data: { name: 'allow', place: 'actor', type: 'Account' } }]);
  });
});
