import { describe, expect, it } from 'vitest';
import { Authorizer } from '../index.js';
import { expectFilterMatches } from './index.js';

const authorizer = await Authorizer.load({
  policies: 'allow(user: String, "read", note: Note) if note.owner = user and note.size < 10;',
  types: { Note: { key: 'id', fields: { id: 'Integer', owner: String, size: 'Integer?' } } },
});
const rows = [
  { id: 1, owner: 'ann', size: 1 },
  { id: 2, owner: 'bob', size: 1 },
  { id: 3, owner: 'ann', size: null },
  { id: 4, owner: 'ann', size: 5 },
];
const expectation = { actor: 'ann', action: 'read', type: 'Note', rows };

describe('expectFilterMatches()', () => {
  it('accepts the rows that a check allows, and leaves out undecided rows', async () => {
    await expectFilterMatches(authorizer, { ...expectation, listed: [{ id: 4 }, { id: 1 }] });
  });

  it('throws for rows that are listed and not allowed', async () => {
    await expect(
      expectFilterMatches(authorizer, { ...expectation, listed: [{ id: 1 }, { id: 2 }, { id: 4 }] }),
    ).rejects.toThrow('listed, but not allowed: [2]');
  });

  it('throws for rows that are allowed and not listed', async () => {
    await expect(expectFilterMatches(authorizer, { ...expectation, listed: [{ id: 1 }] })).rejects.toThrow(
      'allowed, but not listed: [4]',
    );
  });
});
