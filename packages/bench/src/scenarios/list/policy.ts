const block = `
actor User {}

resource Document {
  permissions = ["read", "edit"];
  roles = ["viewer", "editor"];

  "read" if "viewer";
  "edit" if "editor";

  "viewer" if "editor";
}

allow(actor, action, resource) if
  has_permission(actor, action, resource);
`;

export const scanPolicy = `${block}
has_role(user: User, name: String, document: Document) if
  role in user.roles and
  role.name = name and
  role.document = document;
`;

export const lookUpPolicy = `${block}
has_role(user: User, name: String, document: Document) if
  name = user.roleOn(document);
`;
