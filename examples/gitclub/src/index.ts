// The parts of GitClub that do not depend on the framework.
export { openDatabase, type Database } from './domain/database.ts';
export { identify } from './domain/identity.ts';
export { closeIssue, createIssue, findIssue, listIssues, type Issue } from './domain/issues.ts';
export { createOrganization, findOrganization, type Organization } from './domain/organizations.ts';
export { findProfile, updateProfile, type Profile } from './domain/profiles.ts';
export {
  createRepository,
  deleteRepository,
  findRepository,
  type Repository,
} from './domain/repositories.ts';
export { seed } from './domain/seed.ts';
export { findUser, listUsers, type User } from './domain/users.ts';
export { loadAuthorizer } from './policy/authorizer.ts';

export { readPage, type Page, type PageQuery } from './page.ts';
export { listen, type GitClub, type Served, type Start } from './served.ts';
export type { Step } from './step.ts';
export { openUnserved } from './unserved.ts';
export { printTable } from './table.ts';
export { careless, walk } from './walk.ts';
