resource Repository {
  permissions = ["read", "list_issues", "create_issue", "delete"];
  roles = ["reader", "maintainer", "admin"];
  relations = { organization: Organization };

  "read" if "reader";
  "list_issues" if "reader";
  "create_issue" if "reader";
  "delete" if "admin";

  "reader" if "maintainer";
  "maintainer" if "admin";
  "admin" if "owner" on "organization";

  # Supporters look, and change nothing.
  "read" if "supporter" on "organization";
  "list_issues" if "supporter" on "organization";
}

has_relation(organization: Organization, "organization", repository: Repository) if
  organization = repository.organization;

# The roles that a user was given.
has_role(user: User, name: String, repository: Repository) if
  role in user.repositoryRoles and
  role.repository = repository and
  role.name = name;

# An organization can give all its members a role in each of its repositories.
has_role(user: User, name: String, repository: Repository) if
  repository.organization.baseRole = name and
  has_role(user, "member", repository.organization);

test "repositories" {
  assert allow(alice, action, anvil) iff action in ["read", "list_issues", "create_issue", "delete"];
  assert allow(carol, action, anvil) iff action in ["read", "list_issues", "create_issue"];
  assert allow(sam, action, anvil) iff action in ["read", "list_issues"];
  assert_not allow(carol, "read", rocket);
  assert_not allow(bob, "delete", anvil);
  assert has_role(user, "reader", tongs) iff user in [bob, mara];
}
