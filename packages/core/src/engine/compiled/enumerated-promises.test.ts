import { describe, expect, it } from 'vitest';
import { Authorizer, typed } from '../../index.js';

const policies = `
  allow(user: String, "read", note: Note) if note.ownerId = user;
  allow_field(user: String, "read", note: Note, "title") if note.ownerId = user;
`;
const note = typed('Note', { ownerId: 'ann' });
class QueryBuilder {
  // oxlint-disable-next-line unicorn/no-thenable -- query builders have it
  then<T>(give: (value: unknown) => T): Promise<T> {
    return Promise.resolve(note).then(give);
  }
}

describe.each(['auto', 'closures', 'machine'] as const)('with the engine `%s`, a list', (engine) => {
  it.each([
    ['a promise', () => Promise.resolve(note)],
    ['a query builder', () => new QueryBuilder()],
  ])('awaits %s, also in the first query', async (_, resource) => {
    const load = () => Authorizer.load({ policies, types: { Note: {} }, engine, denialWarnings: false });
    expect(await (await load()).actions('ann', resource())).toEqual(new Set(['read']));
    expect(await (await load()).fields('ann', 'read', resource())).toEqual(new Set(['title']));
    expect(await (await load()).actions(Promise.resolve('ann'), note)).toEqual(new Set(['read']));
    expect(await (await load()).actions(Promise.resolve('ben'), resource())).toEqual(new Set());
  });
});
