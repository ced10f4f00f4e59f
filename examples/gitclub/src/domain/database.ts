import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import * as schema from './schema.ts';

export type Database = Awaited<ReturnType<typeof openDatabase>>;

/** Opens an empty PostgreSQL in this process. Its data ends with the process. */
export async function openDatabase(client = new PGlite()) {
  await client.exec(tables);
  return drizzle({ client, schema, casing: 'snake_case' });
}

const tables = `
  create table users (
    id text primary key, name text not null, is_staff boolean not null default false, suspended_at timestamptz
  );
  create table organizations (id text primary key, name text not null, base_role text);
  create table organization_roles (
    id serial primary key, user_id text not null references users, organization_id text not null references organizations,
    name text not null
  );
  create table repositories (
    id text primary key, name text not null, organization_id text not null references organizations
  );
  create table repository_roles (
    id serial primary key, user_id text not null references users,
    repository_id text not null references repositories on delete cascade, name text not null
  );
  create table issues (
    id serial primary key, title text not null, is_open boolean not null default true,
    repository_id text not null references repositories on delete cascade, creator_id text not null references users
  );
  create table profiles (
    id text primary key references users, organization_id text not null references organizations,
    manager_id text references users, name text not null, title text not null, email text not null, salary integer not null
  );
  create table support_grants (
    id serial primary key, user_id text not null references users, organization_id text not null references organizations,
    expires_at timestamptz not null
  );
`;
