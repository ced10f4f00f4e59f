import DataLoader from 'dataloader';
import { expect, it } from 'vitest';
import { Authorizer } from '../index.js';

class User {
  constructor(readonly name: string) {}
}

class Note {
  constructor(
    readonly id: number,
    readonly owner?: User,
  ) {}
}

const alice = new User('alice');
const bob = new User('bob');

const load = (policies: string, types = {}) => Authorizer.load({ policies, types: { User, Note, ...types } });

it('canAll() returns a result for each resource, in their order', async () => {
  const authorizer = await load('allow(user: User, "read", note: Note) if note.owner = user;');
  const notes = [new Note(1, alice), new Note(2, bob), new Note(3, alice)];
  expect(await authorizer.canAll(alice, 'read', notes)).toEqual([true, false, true]);
  expect(await authorizer.as(alice).canAll('read', new Set(notes))).toEqual([true, false, true]);
  expect(await authorizer.canAll(alice, 'read', [])).toEqual([]);
});

it('filter() leaves out undecided resources, and canAll() rejects for them', async () => {
  const authorizer = await load('allow(user: User, "read", note: Note) if note.owner.name = user.name;');
  const notes = [new Note(1, alice), new Note(2), new Note(3, alice)];
  expect(await authorizer.filter(alice, 'read', notes)).toEqual([notes[0], notes[2]]);
  expect(await authorizer.as(bob).filter('read', notes)).toEqual([]);
  await expect(authorizer.canAll(alice, 'read', notes)).rejects.toMatchObject({
    code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
  });
});

it('canAll() and filter() reject when code of the application throws', async () => {
  class Broken {
    get owner(): never {
      throw new Error('no database');
    }
  }
  const authorizer = await load('allow(user: User, "read", thing) if thing.owner = user;', { Broken });
  await expect(authorizer.filter(alice, 'read', [new Note(1, alice), new Broken()])).rejects.toMatchObject({
    code: 'POLAR_RUN_HOST_ERROR',
  });
});

it('actionsAll() lists the actions on each resource', async () => {
  const authorizer = await load(`
    allow(user: User, "read", note: Note) if note.owner = user;
    allow(_: User, "list", _: Note);
  `);
  const found = await authorizer.actionsAll(alice, [new Note(1, alice), new Note(2, bob)]);
  expect(found).toEqual([new Set(['read', 'list']), new Set(['list'])]);
});

it('canAll() loads the data of all checks in one batch of a loader', async () => {
  const batches: number[][] = [];
  const owners = new DataLoader<number, string>(async (ids) => {
    batches.push([...ids]);
    return ids.map((id) => (id % 2 === 0 ? 'alice' : 'bob'));
  });
  class Document {
    constructor(readonly id: number) {}
    ownerName() {
      return owners.load(this.id);
    }
  }
  const authorizer = await load(
    'allow(user: User, "read", document: Document) if document.ownerName() = user.name;',
    { Document },
  );
  const documents = Array.from({ length: 50 }, (_, id) => new Document(id));
  const readable = await authorizer.filter(alice, 'read', documents);
  expect(readable).toEqual(documents.filter(({ id }) => id % 2 === 0));
  expect(batches).toEqual([documents.map(({ id }) => id)]);
});

it('canAll() awaits the actor once', async () => {
  let awaited = 0;
  const actor = {
    // oxlint-disable-next-line unicorn/no-thenable -- what is tested
    then(resolve: (user: User) => void) {
      awaited++;
      resolve(alice);
    },
  };
  const authorizer = await load('allow(user: User, "read", note: Note) if note.owner = user;');
  await authorizer.canAll(actor, 'read', [new Note(1, alice), new Note(2, bob)]);
  expect(awaited).toBe(1);
});
