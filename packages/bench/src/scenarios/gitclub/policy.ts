const blocks = (n: string) => `
resource Organization${n} {
  permissions = ["read", "create_repository"];
  roles = ["member", "owner"];

  "read"              if "member";
  "create_repository" if "owner";

  "member" if "owner";
}

resource Repository${n} {
  permissions = ["read", "create_issue", "push", "delete"];
  roles = ["reader", "maintainer", "admin"];
  relations = { organization: Organization${n} };

  "read"         if "reader";
  "create_issue" if "reader";
  "push"         if "maintainer";
  "delete"       if "admin";

  "reader"     if "maintainer";
  "maintainer" if "admin";
  "admin"      if "owner" on "organization";
}

resource Issue${n} {
  permissions = ["read", "comment", "close"];
  roles = ["creator"];
  relations = { repository: Repository${n} };

  "read"    if "read" on "repository";
  "comment" if "read" on "repository";
  "close"   if "maintainer" on "repository";
  "close"   if "creator";
}

has_role(user: User, name: String, organization: Organization${n}) if
  grant in user.grants and
  grant.role = name and
  grant.resource = organization;

has_role(user: User, name: String, repository: Repository${n}) if
  grant in user.grants and
  grant.role = name and
  grant.resource = repository;

# The organization says what its members are in each of its repositories; it may say nothing.
has_role(user: User, name: String, repository: Repository${n}) if
  name = repository.organization.baseRole and
  has_role(user, "member", repository.organization);

has_role(user: User, "creator", issue: Issue${n}) if
  issue.creator = user;

has_relation(organization: Organization${n}, "organization", repository: Repository${n}) if
  organization = repository.organization;

has_relation(repository: Repository${n}, "repository", issue: Issue${n}) if
  repository = issue.repository;
`;

export const gitClubPolicy = (suffixes: readonly string[]) => `
actor User {}
${suffixes.map(blocks).join('')}
allow(actor, action, resource) if
  has_permission(actor, action, resource);
`;
