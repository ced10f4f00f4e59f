import { drawMix, type ExpectedCheck } from '../../mix.ts';
import { Random } from '../../random.ts';
import { type RowMaker, type RowTags, type RowType, type World, type WorldOptions } from '../../scenario.ts';

export class User {
  readonly id: string;
  readonly isManager: boolean;
  constructor(id: string, isManager: boolean) {
    this.id = id;
    this.isManager = isManager;
  }
}

export class Profile {
  readonly id: string;
  readonly owner: User;
  constructor(id: string, owner: User) {
    this.id = id;
    this.owner = owner;
  }
}

export const fieldNames = Array.from({ length: 20 }, (_, i) => `field${i}`);
const [open, own, managed] = [fieldNames.slice(0, 8), fieldNames.slice(8, 16), fieldNames.slice(16)];
const listOf = (names: readonly string[]) => `[${names.map((name) => `"${name}"`).join(', ')}]`;

/** The last rule lets a single check ask about a field. */
export const fieldsPolicy = `
allow_field(_: User, "read", _: Profile, field) if
  field in ${listOf(open)};

allow_field(user: User, "read", profile: Profile, field) if
  profile.owner = user and
  field in ${listOf(own)};

allow_field(user: User, "read", _: Profile, field) if
  user.isManager and
  field in ${listOf(managed)};

allow(user, field, profile) if
  allow_field(user, "read", profile, field);
`;

/** Creates checks, each about one field, which is the action. */
export function fieldsWorld({ seed, checks }: WorldOptions): World {
  const random = new Random(seed);
  const isManager = Array.from({ length: 50 }, () => random.chance(0.3));
  const users = isManager.map((value, i) => new User(`user-${i}`, value));
  const ownerOf = Array.from({ length: 200 }, () => random.below(users.length));
  const profiles = ownerOf.map((owner, i) => new Profile(`profile-${i}`, users[owner]!));
  const permitted = new Set<string>();
  ownerOf.forEach((owner, p) => {
    users.forEach((_, u) => {
      for (let f = 0; f < 8; f++) permitted.add(`${u} ${f} ${p}`);
      if (u === owner) for (let f = 8; f < 16; f++) permitted.add(`${u} ${f} ${p}`);
      if (isManager[u]) for (let f = 16; f < 20; f++) permitted.add(`${u} ${f} ${p}`);
    });
  });
  const mix = drawMix(random, checks, (): ExpectedCheck => {
    const p = random.below(profiles.length);
    const u = random.chance(0.3) ? ownerOf[p]! : random.below(users.length);
    const f = random.below(fieldNames.length);
    return {
      actor: users[u],
      action: fieldNames[f]!,
      resource: profiles[p],
      allowed: permitted.has(`${u} ${f} ${p}`),
    };
  });
  return { mix };
}

interface UserRow {
  readonly id: string;
  readonly isManager: boolean;
}

function readable(user: UserRow, isOwner: boolean): Set<string> {
  const found = new Set(open);
  if (isOwner) for (const name of own) found.add(name);
  if (user.isManager) for (const name of managed) found.add(name);
  return found;
}

export const hasField = (user: User, field: string, profile: Profile): boolean =>
  readable(user, profile.owner === user).has(field);

export const hasFieldOfRow = (
  user: UserRow,
  field: string,
  profile: { readonly owner: { readonly id: string } },
): boolean => readable(user, profile.owner.id === user.id).has(field);

export const fieldRowTypes: Record<string, RowType> = {
  User: { key: 'id', fields: { id: 'String', isManager: 'Boolean' } },
  Profile: { key: 'id', fields: { id: 'String', owner: 'User' } },
};

export const makeFieldRows = ({ tag, nested }: RowTags): RowMaker => ({
  actor: ({ id, isManager }: User) => tag('User', { kind: 'User', id, isManager }),
  resource: ({ id, owner }: Profile) =>
    tag('Profile', { kind: 'Profile', id, owner: nested('User', { kind: 'User', id: owner.id }) }),
});
