resource Repository {
  permissions = ["read", "list_issues", "create_issue", "delete"];
  roles = ["reader", "maintainer", "admin"];
  relations = { organization: Organization };

  "read"         if "reader";
  "list_issues"  if "reader";
  "create_issue" if "reader";
  "delete"       if "admin";

  "reader"     if "maintainer";
  "maintainer" if "admin";
  "admin"      if "owner" on "organization";

  # Supporters look, and leave no traces.
  "read"        if "supporter" on "organization";
  "list_issues" if "supporter" on "organization";
}

has_relation(organization: Organization, "organization", repository: Repository) if
  organization = repository.organization;

# Every user may list repositories: the list has those that the user may read.
allow(_: User, "list", Repository);

# The roles that were given to a user.
has_role(user: User, name: String, repository: Repository) if
  role in user.repositoryRoles and
  role.repository = repository and
  role.name = name;

# The organization says what its members are in each of its repositories; it may say nothing.
has_role(user: User, name: String, repository: Repository) if
  repository.organization.baseRole = name and
  has_role(user, "member", repository.organization);
