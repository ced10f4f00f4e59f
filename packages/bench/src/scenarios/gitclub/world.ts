import { drawMix, type Mix, type ExpectedCheck } from '../../mix.ts';
import { Random } from '../../random.ts';
import type { WorldOptions } from '../../scenario.ts';

export type OrganizationRole = 'member' | 'owner';
export type RepositoryRole = 'reader' | 'maintainer' | 'admin';

/** The kinds of resource that have roles. */
export class Scope {
  /** The name of the type, on the prototype. */
  declare readonly kind: string;
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}

export interface Organization extends Scope {
  /** The role of members in each repository; `null` for none. */
  readonly baseRole: RepositoryRole | null;
}
export interface Repository extends Scope {
  readonly organization: Organization;
}
export interface Issue {
  /** The name of the type, on the prototype. */
  readonly kind: string;
  readonly id: string;
  readonly repository: Repository;
  readonly creator: User;
}
export type Resource = Organization | Repository | Issue;

export class Grant {
  readonly role: OrganizationRole | RepositoryRole;
  readonly resource: Scope;
  constructor(role: OrganizationRole | RepositoryRole, resource: Scope) {
    this.role = role;
    this.resource = resource;
  }
}

export class User {
  readonly id: string;
  readonly grants: Grant[] = [];
  constructor(id: string) {
    this.id = id;
  }
}

/** Three classes for each copy of the policy. */
export function gitClubClasses(suffix: string) {
  const classes = {
    Organization: class extends Scope {
      readonly baseRole: RepositoryRole | null;
      constructor(id: string, baseRole: RepositoryRole | null) {
        super(id);
        this.baseRole = baseRole;
      }
    },
    Repository: class extends Scope {
      readonly organization: Organization;
      constructor(id: string, organization: Organization) {
        super(id);
        this.organization = organization;
      }
    },
    Issue: class {
      declare readonly kind: string;
      readonly id: string;
      readonly repository: Repository;
      readonly creator: User;
      constructor(id: string, repository: Repository, creator: User) {
        this.id = id;
        this.repository = repository;
        this.creator = creator;
      }
    },
  };
  for (const [name, { prototype }] of Object.entries(classes))
    Object.defineProperty(prototype, 'kind', { value: `${name}${suffix}` });
  return classes;
}
export type GitClubClasses = ReturnType<typeof gitClubClasses>;

/** The copy for S2. */
export const gitClub: GitClubClasses = gitClubClasses('');

export interface GitClubCopy {
  /** The suffix of the type names in the policy: `Organization7`. */
  readonly suffix: string;
  readonly classes: GitClubClasses;
}

export interface GitClubWorld {
  readonly users: User[];
  readonly copies: GitClubCopy[];
  readonly mix: Mix;
}

/** The facts from which the oracle derives all permissions. Objects are named by number. */
interface Facts {
  readonly parentOfRepository: number[];
  readonly parentOfIssue: number[];
  readonly creatorOfIssue: number[];
  readonly baseRole: (RepositoryRole | null)[];
}

// The permissions of each role.
const onOrganization: Record<OrganizationRole, string[]> = {
  member: ['read'],
  owner: ['read', 'create_repository'],
};
const onRepository: Record<RepositoryRole, string[]> = {
  reader: ['read', 'create_issue'],
  maintainer: ['read', 'create_issue', 'push'],
  admin: ['read', 'create_issue', 'push', 'delete'],
};
const onIssue: Record<RepositoryRole, string[]> = {
  reader: ['read', 'comment'],
  maintainer: ['read', 'comment', 'close'],
  admin: ['read', 'comment', 'close'],
};
const actions = {
  organization: ['read', 'create_repository'],
  repository: ['read', 'create_issue', 'push', 'delete'],
  issue: ['read', 'comment', 'close'],
};
type Kind = keyof typeof actions;

export function gitClubWorld(
  { seed, checks }: WorldOptions,
  copies: readonly GitClubCopy[],
  perCopy: { readonly organizations: number; readonly repositories: number; readonly issues: number },
): GitClubWorld {
  const random = new Random(seed);
  const users = Array.from({ length: 200 }, (_, i) => new User(`user-${i}`));
  const organizations: Organization[] = [];
  const repositories: Repository[] = [];
  const issues: Issue[] = [];
  const facts: Facts = { parentOfRepository: [], parentOfIssue: [], creatorOfIssue: [], baseRole: [] };
  for (const { classes, suffix } of copies) {
    for (let o = 0; o < perCopy.organizations; o++) {
      const baseRole = random.pick(['reader', 'reader', 'maintainer', null] as const);
      const organization = new classes.Organization(`organization${suffix}-${o}`, baseRole);
      facts.baseRole.push(baseRole);
      organizations.push(organization);
      for (let r = 0; r < perCopy.repositories; r++) {
        const repository = new classes.Repository(`repository${suffix}-${o}-${r}`, organization);
        facts.parentOfRepository.push(organizations.length - 1);
        repositories.push(repository);
        for (let i = 0; i < perCopy.issues; i++) {
          const creator = random.below(users.length);
          issues.push(new classes.Issue(`issue${suffix}-${o}-${r}-${i}`, repository, users[creator]!));
          facts.parentOfIssue.push(repositories.length - 1);
          facts.creatorOfIssue.push(creator);
        }
      }
    }
  }

  const permitted = new Set<string>();
  const permit = (u: number, kind: Kind, i: number, list: readonly string[]) => {
    for (const action of list) permitted.add(`${u} ${action} ${kind} ${i}`);
  };
  const permitRepository = (u: number, r: number, role: RepositoryRole) => {
    permit(u, 'repository', r, onRepository[role]);
    for (const i of issuesOf[r]!) permit(u, 'issue', i, onIssue[role]);
  };
  const repositoriesOf = groups(facts.parentOfRepository, organizations.length);
  const issuesOf = groups(facts.parentOfIssue, repositories.length);
  facts.creatorOfIssue.forEach((u, i) => permit(u, 'issue', i, ['close']));

  // The organizations of the grants of each user. Most checks are drawn from these.
  const organizationsNear: number[][] = [];
  users.forEach((user, u) => {
    const near: number[] = [];
    for (let g = 0; g < 5; g++) {
      if (random.chance(0.4)) {
        const o = random.below(organizations.length);
        const role = random.chance(0.25) ? 'owner' : 'member';
        user.grants.push(new Grant(role, organizations[o]!));
        near.push(o);
        permit(u, 'organization', o, onOrganization[role]);
        const base = role === 'owner' ? 'admin' : facts.baseRole[o]!;
        if (base !== null) for (const r of repositoriesOf[o]!) permitRepository(u, r, base);
      } else {
        const r = random.below(repositories.length);
        const role = random.pick(['reader', 'maintainer', 'admin'] as const);
        user.grants.push(new Grant(role, repositories[r]!));
        near.push(facts.parentOfRepository[r]!);
        permitRepository(u, r, role);
      }
    }
    organizationsNear.push(near);
  });

  const mix = drawMix(random, checks, (): ExpectedCheck => {
    const u = random.below(users.length);
    const o = random.chance(0.7) ? random.pick(organizationsNear[u]!) : random.below(organizations.length);
    const kind = random.pick(['organization', 'repository', 'repository', 'issue', 'issue'] as const);
    const r = random.pick(repositoriesOf[o]!);
    const i = kind === 'organization' ? o : kind === 'repository' ? r : random.pick(issuesOf[r]!);
    const resource = { organization: organizations, repository: repositories, issue: issues }[kind][i]!;
    const action = random.pick(actions[kind]);
    return {
      actor: users[u],
      action,
      resource,
      allowed: permitted.has(`${u} ${action} ${kind} ${i}`),
    };
  });
  return { users, copies: [...copies], mix };
}

/** Returns the children of each parent. */
function groups(parents: readonly number[], count: number): number[][] {
  const children = Array.from({ length: count }, (): number[] => []);
  parents.forEach((parent, child) => children[parent]!.push(child));
  return children;
}
