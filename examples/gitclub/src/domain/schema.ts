import { relations } from 'drizzle-orm';
import { boolean, integer, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core';

export const users = pgTable('users', {
  id: text().primaryKey(),
  name: text().notNull(),
  isStaff: boolean().notNull().default(false),
  suspendedAt: timestamp({ withTimezone: true }),
});

export const organizations = pgTable('organizations', {
  id: text().primaryKey(),
  name: text().notNull(),
  /** The role of its members in each of its repositories. */
  baseRole: text({ enum: ['reader', 'maintainer', 'admin'] }),
});

export const organizationRoles = pgTable('organization_roles', {
  id: serial().primaryKey(),
  userId: text().notNull(),
  organizationId: text().notNull(),
  name: text({ enum: ['owner', 'member'] }).notNull(),
});

export const repositories = pgTable('repositories', {
  id: text().primaryKey(),
  name: text().notNull(),
  organizationId: text().notNull(),
});

export const repositoryRoles = pgTable('repository_roles', {
  id: serial().primaryKey(),
  userId: text().notNull(),
  repositoryId: text().notNull(),
  name: text({ enum: ['reader', 'maintainer', 'admin'] }).notNull(),
});

export const issues = pgTable('issues', {
  id: serial().primaryKey(),
  title: text().notNull(),
  isOpen: boolean().notNull().default(true),
  repositoryId: text().notNull(),
  creatorId: text().notNull(),
});

export const profiles = pgTable('profiles', {
  /** The id of the user. */
  id: text().primaryKey(),
  organizationId: text().notNull(),
  managerId: text(),
  name: text().notNull(),
  title: text().notNull(),
  email: text().notNull(),
  salary: integer().notNull(),
});

export const supportGrants = pgTable('support_grants', {
  id: serial().primaryKey(),
  userId: text().notNull(),
  organizationId: text().notNull(),
  expiresAt: timestamp({ withTimezone: true }).notNull(),
});

export const userRelations = relations(users, ({ many }) => ({
  organizationRoles: many(organizationRoles),
  repositoryRoles: many(repositoryRoles),
  supportGrants: many(supportGrants),
}));

export const organizationRoleRelations = relations(organizationRoles, ({ one }) => ({
  user: one(users, { fields: [organizationRoles.userId], references: [users.id] }),
  organization: one(organizations, {
    fields: [organizationRoles.organizationId],
    references: [organizations.id],
  }),
}));

export const repositoryRelations = relations(repositories, ({ one }) => ({
  organization: one(organizations, {
    fields: [repositories.organizationId],
    references: [organizations.id],
  }),
}));

export const repositoryRoleRelations = relations(repositoryRoles, ({ one }) => ({
  user: one(users, { fields: [repositoryRoles.userId], references: [users.id] }),
  repository: one(repositories, { fields: [repositoryRoles.repositoryId], references: [repositories.id] }),
}));

export const issueRelations = relations(issues, ({ one }) => ({
  repository: one(repositories, { fields: [issues.repositoryId], references: [repositories.id] }),
  creator: one(users, { fields: [issues.creatorId], references: [users.id] }),
}));

export const profileRelations = relations(profiles, ({ one }) => ({
  user: one(users, { fields: [profiles.id], references: [users.id] }),
  organization: one(organizations, { fields: [profiles.organizationId], references: [organizations.id] }),
  manager: one(users, { fields: [profiles.managerId], references: [users.id] }),
}));

export const supportGrantRelations = relations(supportGrants, ({ one }) => ({
  user: one(users, { fields: [supportGrants.userId], references: [users.id] }),
  organization: one(organizations, {
    fields: [supportGrants.organizationId],
    references: [organizations.id],
  }),
}));
