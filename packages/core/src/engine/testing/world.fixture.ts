import { typed } from '../../types/typed.js';
import type { TypesInput } from '../../types/type-declaration.js';

// Objects with many attributes that are missing, of the wrong kind, `nil`, or a row instead of an instance. Methods count their calls.

/** The number of calls of each method with the same receiver and arguments. */
export const calls = new Map<string, number>();

const ids = new Map<unknown, number>();
function idOf(value: unknown): string {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function')
    return `${typeof value}:${String(value)}`;
  let id = ids.get(value);
  if (id === undefined) ids.set(value, (id = ids.size));
  return `#${id}`;
}
function note(receiver: unknown, name: string, ...args: unknown[]): void {
  const key = [receiver, ...args].map(idOf).join();
  calls.set(`${name} ${key}`, (calls.get(`${name} ${key}`) ?? 0) + 1);
}

type Loose = Record<string, unknown>;

class Base {
  [name: string]: unknown;
  constructor(fields: Loose) {
    Object.assign(this, fields);
  }
  level(): unknown {
    note(this, 'level');
    return this.n;
  }
  owns(other: unknown): unknown {
    note(this, 'owns', other);
    return (other as Loose | null)?.owner === this;
  }
  list(): unknown {
    note(this, 'list');
    return this.items;
  }
  /** Returns a value other than `true` and `false` for some objects. */
  maybe(n: unknown): unknown {
    note(this, 'maybe', n);
    return n === 'x' ? null : this.flag;
  }
  later(): unknown {
    note(this, 'later');
    return Promise.resolve(this.flag);
  }
  boom(): unknown {
    note(this, 'boom');
    if (this.flag !== true) throw new TypeError('boom');
    return true;
  }
  /** Throws for some objects. */
  get fuse(): unknown {
    if (this.flag !== true) throw new TypeError('fuse');
    return true;
  }
  get upper(): unknown {
    return typeof this.name === 'string' ? this.name.toUpperCase() : undefined;
  }
}
export class User extends Base {}
export class Admin extends User {}
export class Org extends Base {}
export class Repo extends Base {}
export class Fork extends Repo {}
export class Folder extends Base {}
class Grant {
  constructor(
    readonly name: unknown,
    readonly resource: unknown,
  ) {}
}

export const typeNames = ['User', 'Admin', 'Org', 'Repo', 'Fork', 'Folder', 'Row', 'Flagged', 'One'];
const fields = {
  name: 'String?',
  flag: 'Boolean?',
  n: 'Integer?',
  owner: 'User?',
  org: 'Org?',
  parent: 'Folder?',
  roles: 'List',
  items: ['Repo'],
  tags: 'List',
  missing: 'String?',
  upper: 'String?',
} as const;

const classes = { User, Admin, Org, Repo, Fork, Folder };
/** Several declarations of the same types. */
export const declarations: Readonly<Record<string, TypesInput>> = {
  classes: { ...classes, Row: {}, Flagged: {}, One: {} },
  fields: {
    User,
    Admin,
    Org: { class: Org, fields },
    Repo: { class: Repo, fields },
    Fork: { class: Fork, fields },
    Folder: { class: Folder, fields },
    Row: { fields },
    Flagged: {},
    One: {},
  },
  keys: {
    User: { class: User, key: 'n' },
    Admin,
    Org: { class: Org, key: 'name' },
    Repo,
    Fork,
    Folder: { class: Folder, equals: (a: Folder, b: Folder) => a.n === b.n },
    Row: { key: ['name', 'n'] },
    Flagged: {},
    One: {},
  },
  predicates: {
    ...classes,
    Row: {},
    Flagged: { is: (value) => (value as Loose | null | undefined)?.flag === true },
    One: { discriminator: { kind: 'one' } },
  },
};

export interface World {
  readonly actors: readonly unknown[];
  readonly resources: readonly unknown[];
}

/**
 * Replaces some attributes of all objects in a world.
 *
 * @param seed of the random choice: the same seed replaces the same attributes by values that are made in the same way
 */
export function replaceAttributes(world: World, seed: number, values: readonly (() => unknown)[]): World {
  let state = seed;
  const random = (below: number): number => {
    // A linear congruential generator: the higher bits are random enough for a test.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const objects = new Set<object>();
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || objects.has(value)) return;
    objects.add(value);
    for (const part of Object.values(value)) collect(part);
  };
  for (const value of [...world.actors, ...world.resources]) collect(value);
  for (const object of objects)
    for (const name of Object.keys(object))
      if (random(8) === 0) {
        const make = values[random(values.length)]!;
        Reflect.set(object, name, make());
      }
  return world;
}

/** @param withPromises whether some attributes are promises */
export function worldOf(withPromises: boolean): World {
  const maybeLater = (value: unknown): unknown => (withPromises ? Promise.resolve(value) : value);
  const users = [
    new User({ name: 'x', n: 1, flag: true, roles: [], items: [], tags: ['x'] }),
    new Admin({ name: 'y', n: 2, flag: false, roles: [], items: [], tags: [] }),
    new User({ name: null, n: 1, roles: [], tags: 'xy' }),
    { name: 'x', n: 3, flag: true, roles: [] as unknown[], items: [] as unknown[] },
  ];
  const orgs = [
    new Org({ name: 'x', n: 1, flag: true, owner: users[0], roles: [], items: [], tags: [] }),
    new Org({ name: 'y', n: 0, flag: 'yes', owner: null }),
    { name: 'x', n: 1, flag: false, owner: users[1], items: [] },
  ];
  const folders: unknown[] = [];
  for (let i = 0; i < 4; i++) {
    folders.push(
      new Folder({
        name: i % 2 === 0 ? 'x' : 'z',
        n: i,
        flag: i === 0,
        owner: users[i % 3],
        org: i === 3 ? undefined : orgs[i % 3],
        parent: i === 0 ? null : i === 3 ? { name: 'x', parent: null, owner: users[0] } : folders[i - 1],
        items: folders.slice(0, i),
        tags: ['x', i],
        roles: new Set([1]),
      }),
    );
  }
  const repos = [
    new Repo({
      name: 'x',
      n: 1,
      flag: true,
      owner: users[0],
      org: orgs[0],
      parent: folders[2],
      tags: ['x', 'z'],
    }),
    new Repo({ name: 'y', n: 2.5, flag: false, owner: users[1], org: orgs[1], parent: folders[1], tags: [] }),
    new Fork({ name: 'z', n: -1, flag: true, owner: users[2], org: orgs[2], tags: new Set(['x']) }),
    new Fork({
      name: maybeLater('x'),
      n: null,
      owner: maybeLater(users[0]),
      org: null,
      parent: null,
      tags: 5,
    }),
    new (class Sub extends Repo {})({ name: 'x', n: 1, flag: null, owner: users[0], org: orgs[0] }),
  ];
  const rows = [
    typed('Row', { name: 'x', n: 1, flag: true, owner: users[0], org: orgs[2], items: [] as unknown[] }),
    typed('Repo', { name: 'y', n: 1, flag: maybeLater(false), owner: users[1], org: orgs[0] }),
    { kind: 'one', name: 'x', flag: true, owner: users[3], org: { name: 'x', flag: true } },
    { name: 'y', owner: null, tags: ['x'] },
    Object.assign(Object.create(null) as object, { name: 'x', n: 1, owner: users[0] }),
  ];
  for (const [i, repo] of repos.entries()) {
    repo.items = [
      repos[(i + 1) % 5],
      rows[i],
      i === 2 ? null : 'x',
      withPromises && i === 1 ? maybeLater('x') : 1,
    ];
    repo.roles = i === 4 ? undefined : [new Grant('x', repo)];
  }
  const grants = [
    new Grant('viewer', repos[0]),
    new Grant('editor', repos[1]),
    { name: 'owner', resource: orgs[0] },
    new Grant('member', orgs[0]),
    new Grant('viewer', folders[0]),
    new Grant(maybeLater('editor'), folders[1]),
    new Grant('owner', maybeLater(repos[2])),
    new Grant(null, repos[0]),
    { name: 'viewer', resource: rows[1] },
  ];
  for (const [i, user] of users.entries()) {
    user.roles = i === 2 ? [...grants, null, {}] : grants.filter((_, j) => j % 3 !== i);
    user.items = [repos[i], folders[i]];
  }
  return {
    actors: [...users, 'x', null],
    resources: [...repos, ...rows, orgs[0], orgs[1], folders[3], folders[2], folders[0], 'x', 1, null, Repo],
  };
}
