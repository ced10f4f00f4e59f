import { drawMix, type Mix, type ExpectedCheck } from '../../mix.ts';
import { Random } from '../../random.ts';
import type { WorldOptions } from '../../scenario.ts';

export type RoleName = 'viewer' | 'editor';

export class Folder {
  readonly id: string;
  readonly parent: Folder | null;
  constructor(id: string, parent: Folder | null) {
    this.id = id;
    this.parent = parent;
  }
}

export class Role {
  readonly name: RoleName;
  readonly folder: Folder;
  constructor(name: RoleName, folder: Folder) {
    this.name = name;
    this.folder = folder;
  }
}

export class User {
  readonly id: string;
  readonly roles: Role[] = [];
  constructor(id: string) {
    this.id = id;
  }
}

export interface FoldersWorld {
  readonly users: User[];
  readonly folders: Folder[];
  /** The number of levels between a leaf and its root. */
  readonly depth: number;
  readonly mix: Mix;
}

const trees = 10;
const leavesPerTree = 5;

/** Creates ten trees. Each is a chain of folders, and the leaves at its end are the resources of the checks. */
export function foldersWorld({ seed, size, checks }: WorldOptions): FoldersWorld {
  const random = new Random(seed);
  const folders: Folder[] = [];
  const add = (id: string, parent: Folder | null) => {
    const folder = new Folder(id, parent);
    folders.push(folder);
    return folder;
  };
  const roots: Folder[] = [];
  const leaves: Folder[][] = [];
  for (let t = 0; t < trees; t++) {
    const root = add(`root-${t}`, null);
    let parent = root;
    for (let level = 1; level < size; level++) parent = add(`folder-${t}-${level}`, parent);
    roots.push(root);
    leaves.push(Array.from({ length: leavesPerTree }, (_, i) => add(`leaf-${t}-${i}`, parent)));
  }

  // The oracle uses the role of the user on the root only.
  const held = new Map<string, RoleName>();
  const users = Array.from({ length: 20 }, (_, u) => {
    const user = new User(`user-${u}`);
    for (const t of random.distinct(4, trees)) {
      const name = random.pick(['viewer', 'editor'] as const);
      user.roles.push(new Role(name, roots[t]!));
      held.set(`${u} ${t}`, name);
    }
    return user;
  });

  const mix = drawMix(random, checks, (): ExpectedCheck => {
    const u = random.below(users.length);
    const t = random.below(trees);
    const action = random.pick(['read', 'write']);
    const role = held.get(`${u} ${t}`);
    return {
      actor: users[u],
      action,
      resource: random.pick(leaves[t]!),
      allowed: role === 'editor' || (role === 'viewer' && action === 'read'),
    };
  });
  return { users, folders, depth: size, mix };
}
