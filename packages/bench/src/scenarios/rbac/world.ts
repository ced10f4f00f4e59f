import { drawMix, type Mix } from '../../mix.ts';
import { Random } from '../../random.ts';
import type { WorldOptions } from '../../scenario.ts';

export type RoleName = 'viewer' | 'commenter' | 'editor' | 'owner';

export class Item {
  /** The name of the type, on the prototype. */
  declare readonly kind: string;
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}
export class Project extends Item {}
export class Board extends Item {}
export class Document extends Item {}
export class Invoice extends Item {}
export class Report extends Item {}

export class Role {
  readonly name: RoleName;
  readonly resource: Item;
  constructor(name: RoleName, resource: Item) {
    this.name = name;
    this.resource = resource;
  }
}

export class User {
  readonly id: string;
  readonly roles: Role[];
  constructor(id: string, roles: Role[] = []) {
    this.id = id;
    this.roles = roles;
  }
  /** The roles in a promise, as from a database. */
  fetchRoles(): Promise<Role[]> {
    return Promise.resolve(this.roles);
  }
}

export const itemClasses = { Project, Board, Document, Invoice, Report };
export const itemTypes = Object.keys(itemClasses) as (keyof typeof itemClasses)[];
for (const [name, { prototype }] of Object.entries(itemClasses))
  Object.defineProperty(prototype, 'kind', { value: name });

// The data of the oracle: the permissions of each role, and the set of all permissions that follow from the generated grants.
const allowedBy: Readonly<Record<RoleName, readonly string[]>> = {
  viewer: ['read', 'export'],
  commenter: ['read', 'export', 'comment'],
  editor: ['read', 'export', 'comment', 'edit', 'share'],
  owner: ['read', 'export', 'comment', 'edit', 'share', 'delete'],
};
const roleNames = Object.keys(allowedBy) as RoleName[];
const actions = allowedBy.owner;

export interface RbacWorld {
  readonly users: User[];
  readonly mix: Mix;
}

export function rbacWorld({ seed, checks }: WorldOptions): RbacWorld {
  const random = new Random(seed);
  const items = Array.from({ length: 500 }, (_, i) => {
    const type = itemTypes[i % itemTypes.length]!;
    return new itemClasses[type](`${type.toLowerCase()}-${i}`);
  });
  const users = Array.from({ length: 100 }, (_, i) => new User(`user-${i}`));

  const permitted = new Set<string>();
  const held = users.map((user, u) =>
    random.distinct(8, items.length).map((i) => {
      const name = random.pick(roleNames);
      user.roles.push(new Role(name, items[i]!));
      for (const action of allowedBy[name]) permitted.add(`${u} ${action} ${i}`);
      return i;
    }),
  );

  const mix = drawMix(random, checks, () => {
    const u = random.below(users.length);
    // Every second check is for a resource on which the user has a role.
    const i = random.chance(0.5) ? random.pick(held[u]!) : random.below(items.length);
    const action = random.pick(actions);
    return {
      actor: users[u],
      action,
      resource: items[i],
      allowed: permitted.has(`${u} ${action} ${i}`),
    };
  });
  return { users, mix };
}
