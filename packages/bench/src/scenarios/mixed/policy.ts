export const mixedPolicy = `
allow(_: User, "read", document: Document) if
  document.isPublic;

allow(user: User, action, document: Document) if
  document.owner = user and
  action in ["read", "edit"];

allow(service: Service, "read", document: Document) if
  document.scope = service.scope;

allow(_: Guest, "read", document: Document) if
  document.isPublic and
  document.scope = "web";

allow(admin: Admin, action, document: Document) if
  admin.scope = document.scope and
  action in ["read", "edit", "delete"];
`;
