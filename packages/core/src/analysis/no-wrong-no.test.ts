import { expect, it } from 'vitest';
import { Authorizer, typed, type Equality, type TypesInput } from '../index.js';

// Policies that look as if they could not grant an action. The data beside each policy shows that they can.

class Note {
  constructor(readonly name: string) {}
}
const types: TypesInput = {
  Note,
  Left: {},
  Right: {},
  Party: {},
  Person: {},
  Deed: { fields: { owner: 'Party', author: 'Person' } },
};
const left = () => typed('Left', { n: 1 });
const right = () => typed('Right', { n: 1 });
const ann = new Note('ann');
const byName: Equality = (a, b) => nameOf(a) === nameOf(b);
const nameOf = (value: unknown): unknown => (value as { name?: unknown } | null)?.name ?? value;

interface World {
  readonly actor?: unknown;
  readonly resource: object;
  readonly type: string;
  readonly equality?: Equality;
}

it.each<[string, string, World]>([
  [
    'a row of no type that equals the resource',
    'allow(a, "x", r: Right) if a = r;',
    { actor: { ...left() }, resource: right(), type: 'Right' },
  ],
  [
    'rows of two types with one structure, where the application compares',
    'allow(a: Left, "x", r: Right) if a = r;',
    { actor: left(), resource: right(), type: 'Right', equality: byName },
  ],
  [
    'an actor that equals the resource, and is of another type',
    'allow(a, "x", r: Right) if a = r and a matches Left;',
    { actor: left(), resource: right(), type: 'Right', equality: byName },
  ],
  [
    'an element that equals the resource, and is of another type',
    'allow(a, "x", r) if [y] = a and y = r and y matches Left;',
    { actor: [left()], resource: right(), type: 'Right', equality: byName },
  ],
  [
    'an element that a rule binds',
    'allow(a, "x", r) if f([[y]], a) and y = r and y matches Left; f([[x]], x);',
    { actor: left(), resource: right(), type: 'Right', equality: byName },
  ],
  [
    'a variable that only one alternative binds',
    'allow(_, "x", r) if (y = "b" or r.n = 1) and y = "c";',
    { resource: right(), type: 'Right' },
  ],
  [
    'a variable that several rules bind',
    'allow(_, "x", _) if f(y) and y = "b"; f("a"); f("b");',
    { resource: right(), type: 'Right' },
  ],
  [
    'an instance that the application takes for equal to a string',
    'allow(a, "x", _) if a = "ann" and a matches Note;',
    { actor: ann, resource: right(), type: 'Right', equality: byName },
  ],
  [
    'an argument that equals the literal of a head',
    'allow(_, "x", r) if f(r) and r matches Note; f("ann");',
    { resource: ann, type: 'Note', equality: byName },
  ],
  [
    'a key that the application takes for equal to an instance',
    'allow(a, "x", r) if a.(k) = 1 and k = r and k matches String;',
    { actor: { ann: 1 }, resource: ann, type: 'Note', equality: byName },
  ],
  [
    'a class that the application takes for equal to a string',
    'allow(_, "x", "Note");',
    { resource: Note, type: 'Note', equality: byName },
  ],
])('says yes to %s', async (_, policies, { actor, resource, type, equality = 'identity' }) => {
  const authorizer = await Authorizer.load({ policies, types, equality, onWarning: () => {} });
  expect(authorizer.canSync(actor, 'x', resource)).toBe(true);
  const as = typeof resource === 'function' ? 'type' : 'instance';
  expect(authorizer.policy.grants('x', type, { resource: as })).toBe(true);
});
