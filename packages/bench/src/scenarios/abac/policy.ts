export const abacPolicy = `
allow(user: User, "read", document: Document) if
  works_now(user) and
  may_read(user, document);

allow(user: User, "edit", document: Document) if
  works_now(user) and
  not document.archived and
  may_edit(user, document);

works_now(user: User) if
  hour = Calendar.hour() and
  user.from <= hour and
  hour < user.until;

may_read(_: User, document: Document) if
  document.isPublic;

may_read(user: User, document: Document) if
  document.owner = user;

may_read(user: User, document: Document) if
  document.department = user.department and
  user.clearance >= document.level and
  not document.archived;

may_edit(user: User, document: Document) if
  document.owner = user;

may_edit(user: User, document: Document) if
  document.department = user.department and
  user.clearance > document.level;
`;
