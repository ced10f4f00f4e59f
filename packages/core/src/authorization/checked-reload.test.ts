import { describe, expect, it } from 'vitest';
import { Authorizer, many, typed, type Decision } from '../index.js';
import { Authorizer as NodeAuthorizer } from '../node/index.js';

const reads = 'allow("ann", "read", "minutes");';
const writes = 'allow("ann", "write", "minutes");';

describe('a reload with a check', () => {
  it('passes an authorizer with the new policy, while the old one decides', async () => {
    const decisions: Decision[] = [];
    const authorizer = await Authorizer.load({
      policies: reads,
      version: '1',
      onDecision: (decision) => decisions.push(decision),
    });
    await authorizer.reload(writes, {
      version: '2',
      check: async (next) => {
        expect(next.policy.version).toBe('2');
        expect(await next.can('ann', 'write', 'minutes')).toBe(true);
        expect(await authorizer.can('ann', 'read', 'minutes')).toBe(true);
      },
    });
    expect(authorizer.policy.version).toBe('2');
    expect(decisions.map(({ policyVersion }) => policyVersion)).toEqual(['1']);
  });

  it.each([
    () => {
      throw new Error('too permissive');
    },
    () => Promise.reject(new Error('too permissive')),
  ])('keeps the old policy when the check fails', async (check) => {
    const authorizer = await Authorizer.load({ policies: reads, version: '1' });
    await expect(authorizer.reload(writes, { version: '2', check })).rejects.toThrow('too permissive');
    expect(authorizer.policy.version).toBe('1');
    await authorizer.reload(writes, { version: '2' });
    expect(authorizer.policy.version).toBe('2');
  });

  it('does not check a policy that cannot be loaded', async () => {
    let isChecked = false;
    const authorizer = await Authorizer.load({ policies: reads });
    await expect(authorizer.reload('allow(', { check: () => (isChecked = true) })).rejects.toThrow(
      'expected',
    );
    expect(isChecked).toBe(false);
  });

  it('checks with an authorizer of the same class', async () => {
    const authorizer = await NodeAuthorizer.load({ policies: reads });
    await authorizer.reload(writes, { check: (next) => expect(next).toBeInstanceOf(NodeAuthorizer) });
  });
});

describe('a call that has started before a reload ends', () => {
  const owners = 'allow(user, "edit", note) if note.ownerId = user;';
  const types = { Note: { fields: { ownerId: 'String' } } } as const;
  const waiting = () => {
    let found: (ownerId: string) => void = () => {};
    const ownerId = new Promise<string>((resolve) => (found = resolve));
    return { note: typed('Note', { ownerId }), found };
  };

  it('makes the read check of a refusal with the policy that refused', async () => {
    const authorizer = await Authorizer.load({ policies: owners, types, denialWarnings: false });
    const { note, found } = waiting();
    const refusal = authorizer.authorize('ann', 'edit', note);
    await Promise.resolve();
    await authorizer.reload('allow(_, "read", _);');
    found('ben');
    await expect(refusal).rejects.toHaveProperty('status', 404);
  });

  it('lists what an actor can do with one policy', async () => {
    const authorizer = await Authorizer.load({ policies: owners, types, denialWarnings: false });
    // Loads the code of `whatCan`, so that the next call starts at once.
    await authorizer.whatCan('ann', typed('Note', { ownerId: 'ann' }));
    const { note, found } = waiting();
    const listed = authorizer.whatCan('ann', note);
    await new Promise((resolve) => setTimeout(resolve, 0));
    await authorizer.reload('allow(_, "read", note) if note.title = "minutes";');
    found('ben');
    expect(await listed).toEqual({ allowed: [], undecided: [] });
  });
});

describe('policy.sources', () => {
  it('can be loaded again as the same policy', async () => {
    const authorizer = await Authorizer.load({ policies: [reads, { name: 'b.polar', source: writes }] });
    expect(authorizer.policy.sources).toEqual([reads, { name: 'b.polar', source: writes }]);
    const again = await Authorizer.load({ policies: authorizer.policy.sources });
    expect(again.policy.hash).toBe(authorizer.policy.hash);
  });
});

describe('policy.signature', () => {
  class User {
    id = 1;
  }
  class Admin extends User {}
  const signature = async (types: Parameters<typeof Authorizer.load>[0]['types'], constants = {}) =>
    (await Authorizer.load({ policies: reads, ...(types && { types }), constants })).policy.signature;
  const note = { fields: { id: 'Integer', title: 'String?' }, key: 'id' } as const;

  it('does not depend on the order of the declarations', async () => {
    const reordered = { key: 'id', fields: { title: 'String?', id: 'Integer' } } as const;
    expect(await signature({ User, Note: note })).toEqual(await signature({ Note: reordered, User }));
    expect(JSON.stringify(await signature({ User, Note: note }))).toBe(
      JSON.stringify(await signature({ Note: reordered, User })),
    );
  });

  it.each([
    ['a field', { ...note, fields: { ...note.fields, text: 'String' } }],
    ['the type of a field', { ...note, fields: { id: 'String', title: 'String?' } }],
    ['an optional field', { ...note, fields: { id: 'Integer', title: 'String' } }],
    ['the key', { ...note, key: 'title' }],
    ['the kind of the declaration', { ...note, discriminator: { kind: 'note' } }],
    ['a relation', { ...note, relations: { parts: many('Note', { local: 'id', foreign: 'id' }) } }],
  ] as const)('differs for %s', async (_, changed) => {
    expect(await signature({ Note: changed })).not.toEqual(await signature({ Note: note }));
  });

  it('differs for another base class, another type and another constant', async () => {
    expect(await signature({ User, Admin })).not.toEqual(
      await signature({ User, Admin: class extends Object {} as never }),
    );
    expect(Object.keys(await signature({ User }, { limit: 5 }))).toEqual([
      'constant @current_unix_time',
      'constant Clock',
      'constant limit',
      'constant nil',
      'type User',
    ]);
    expect(await signature({}, { limit: 5 })).toEqual(await signature({}, { limit: 6 }));
  });
});

it('onReload() calls each listener after a change, until it is removed', async () => {
  const authorizer = await Authorizer.load({ policies: 'allow("ann", "read", _);' });
  const hashes: string[] = [];
  const stop = authorizer.onReload(() => void hashes.push(authorizer.policy.hash));
  await authorizer.reload('allow("ben", "read", _);');
  await expect(authorizer.reload('allow(')).rejects.toThrow('allow(');
  expect(hashes).toEqual([authorizer.policy.hash]);
  stop();
  await authorizer.reload('allow("eve", "read", _);');
  expect(hashes).toHaveLength(1);
});
