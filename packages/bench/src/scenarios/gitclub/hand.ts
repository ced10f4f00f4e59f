import type { IssueRow, OrganizationRow, RepositoryRow, ResourceRow, UserRow } from './rows.ts';
import {
  type GitClubWorld,
  gitClub,
  type Issue,
  type Organization,
  type Repository,
  type Resource,
  type User,
} from './world.ts';

const nobody = 9;

function rank(role: string | null): number {
  switch (role) {
    case 'reader':
      return 1;
    case 'maintainer':
      return 2;
    case 'admin':
      return 3;
    default:
      return 0;
  }
}

function onOrganization(user: User, action: string, organization: Organization): boolean {
  if (action !== 'read' && action !== 'create_repository') return false;
  for (const grant of user.grants) {
    if (grant.resource !== organization) continue;
    if (grant.role === 'owner' || (grant.role === 'member' && action === 'read')) return true;
  }
  return false;
}

/** Returns whether the user has a role of at least this rank on the repository, with one pass over the grants. */
function onRepository(user: User, least: number, repository: Repository): boolean {
  const { organization } = repository;
  let isMember = false;
  for (const grant of user.grants) {
    if (grant.resource === repository) {
      if (rank(grant.role) >= least) return true;
    } else if (grant.resource === organization) {
      if (grant.role === 'owner') return true;
      if (grant.role === 'member') isMember = true;
    }
  }
  return isMember && rank(organization.baseRole) >= least;
}

function neededOnRepository(action: string): number {
  switch (action) {
    case 'read':
    case 'create_issue':
      return 1;
    case 'push':
      return 2;
    case 'delete':
      return 3;
    default:
      return nobody;
  }
}

function checkRepository(user: User, action: string, repository: Repository): boolean {
  const least = neededOnRepository(action);
  return least !== nobody && onRepository(user, least, repository);
}

function checkIssue(user: User, action: string, issue: Issue): boolean {
  switch (action) {
    case 'read':
    case 'comment':
      return onRepository(user, 1, issue.repository);
    case 'close':
      return issue.creator === user || onRepository(user, 2, issue.repository);
    default:
      return false;
  }
}

/** The function for S2: it compares three classes one after another. */
export function isAllowed(user: User, action: string, resource: Resource): boolean {
  if (resource instanceof gitClub.Issue) return checkIssue(user, action, resource);
  if (resource instanceof gitClub.Repository) return checkRepository(user, action, resource);
  if (resource instanceof gitClub.Organization) return onOrganization(user, action, resource);
  return false;
}

type CheckOf<R> = (user: User, action: string, resource: R) => boolean;

/** The function for S4. With thousands of classes, a lookup by prototype is faster than one by constructor. */
export function isAllowedOf({ copies }: GitClubWorld): CheckOf<Resource> {
  const checks = new Map<object, CheckOf<never>>();
  for (const { classes } of copies) {
    checks.set(classes.Organization.prototype, onOrganization);
    checks.set(classes.Repository.prototype, checkRepository);
    checks.set(classes.Issue.prototype, checkIssue);
  }
  return (user, action, resource) => {
    const check = checks.get(Object.getPrototypeOf(resource)) as CheckOf<Resource> | undefined;
    return check !== undefined && check(user, action, resource);
  };
}

// Rows are new for each request, so they are compared by their ids.

function onOrganizationRow(user: UserRow, action: string, organization: OrganizationRow): boolean {
  if (action !== 'read' && action !== 'create_repository') return false;
  for (const grant of user.grants) {
    if (grant.resource.id !== organization.id) continue;
    if (grant.role === 'owner' || (grant.role === 'member' && action === 'read')) return true;
  }
  return false;
}

function onRepositoryRow(user: UserRow, least: number, { id, organization }: RepositoryRow): boolean {
  let isMember = false;
  for (const grant of user.grants) {
    if (grant.resource.id === id) {
      if (rank(grant.role) >= least) return true;
    } else if (grant.resource.id === organization.id) {
      if (grant.role === 'owner') return true;
      if (grant.role === 'member') isMember = true;
    }
  }
  return isMember && rank(organization.baseRole) >= least;
}

function checkRepositoryRow(user: UserRow, action: string, repository: RepositoryRow): boolean {
  const least = neededOnRepository(action);
  return least !== nobody && onRepositoryRow(user, least, repository);
}

function checkIssueRow(user: UserRow, action: string, issue: IssueRow): boolean {
  switch (action) {
    case 'read':
    case 'comment':
      return onRepositoryRow(user, 1, issue.repository);
    case 'close':
      return issue.creator.id === user.id || onRepositoryRow(user, 2, issue.repository);
    default:
      return false;
  }
}

export function isAllowedRow(user: UserRow, action: string, resource: ResourceRow): boolean {
  switch (resource.kind) {
    case 'Issue':
      return checkIssueRow(user, action, resource as IssueRow);
    case 'Repository':
      return checkRepositoryRow(user, action, resource as RepositoryRow);
    case 'Organization':
      return onOrganizationRow(user, action, resource as OrganizationRow);
    default:
      return false;
  }
}

export function isAllowedRowOf({
  copies,
}: GitClubWorld): (user: UserRow, action: string, resource: ResourceRow) => boolean {
  const checks = new Map<string, (user: UserRow, action: string, resource: never) => boolean>();
  for (const { suffix } of copies) {
    checks.set(`Organization${suffix}`, onOrganizationRow);
    checks.set(`Repository${suffix}`, checkRepositoryRow);
    checks.set(`Issue${suffix}`, checkIssueRow);
  }
  return (user, action, resource) => {
    const check = checks.get(resource.kind);
    return check !== undefined && check(user, action, resource as never);
  };
}
