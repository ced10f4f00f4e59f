/** Returns the policy. With a guard, a rule tests whether a folder has a parent before it reads it. */
export const foldersPolicy = (guard: '' | 'folder.parent != nil and ' = '') => `
actor User {}

resource Folder {
  permissions = ["read", "write"];
  roles = ["viewer", "editor"];
  relations = { parent: Folder };

  "read"  if "viewer";
  "write" if "editor";

  "viewer" if "editor";

  "read"  if "read" on "parent";
  "write" if "write" on "parent";
}

allow(actor, action, resource) if
  has_permission(actor, action, resource);

has_role(user: User, name: String, folder: Folder) if
  role in user.roles and
  role.name = name and
  role.folder = folder;

has_relation(parent: Folder, "parent", folder: Folder) if
  ${guard}parent = folder.parent;
`;
