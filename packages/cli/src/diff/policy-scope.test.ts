import { Authorizer, typed } from '@nanook/core';
import { parse } from '@nanook/core/syntax';
import { expect, it } from 'vitest';
import { participantsOf, scopeOf } from './policy-scope.js';

it('participantsOf sorts values by their types: null is an actor, and a value of another type is both', async () => {
  const policies = 'allow(_: User, "read", note: Note) if note.isPublic;';
  const authorizer = await Authorizer.load({ policies, types: { User: {}, Note: {} } });
  const [ann, note, other] = [typed('User', {}), typed('Note', {}), { team: 1 }];
  const { actors, resources } = participantsOf(
    { ann, guest: null, note, other },
    scopeOf([parse({ name: 'main.polar', source: policies }).policy]),
    authorizer,
  );
  expect(actors).toEqual([ann, null, other]);
  expect(resources).toEqual([note, other, authorizer.type('Note')]);
});
