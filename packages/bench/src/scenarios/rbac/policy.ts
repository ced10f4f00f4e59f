import { itemTypes } from './world.ts';

const block = (type: string) => `
resource ${type} {
  permissions = ["read", "export", "comment", "edit", "share", "delete"];
  roles = ["viewer", "commenter", "editor", "owner"];

  "read"    if "viewer";
  "export"  if "viewer";
  "comment" if "commenter";
  "edit"    if "editor";
  "share"   if "editor";
  "delete"  if "owner";

  "viewer"    if "commenter";
  "commenter" if "editor";
  "editor"    if "owner";
}
`;

const blocks = `
actor User {}
${itemTypes.map(block).join('')}
allow(actor, action, resource) if
  has_permission(actor, action, resource);
`;

/** The policy of an application that passes the roles as facts. */
export const factsPolicy = `${blocks}
${itemTypes.map((type) => `declare has_role(User, String, ${type});`).join('\n')}
`;

/** Returns the policy. `roles` is the expression for the roles of a user. */
export const rbacPolicy = (roles: 'user.roles' | 'user.fetchRoles()') => `${blocks}
has_role(user: User, name: String, resource: Resource) if
  role in ${roles} and
  role.name = name and
  role.resource = resource;
`;
