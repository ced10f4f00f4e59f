resource Organization {
  permissions = ["read", "list_repositories", "create_repository"];
  roles = ["owner", "member", "supporter"];

  "read" if "member";
  "list_repositories" if "member";
  "create_repository" if "owner";

  "member" if "owner";

  "read" if "supporter";
  "list_repositories" if "supporter";
}

# Every user may found an organization.
allow(_: User, "create", Organization);

# The roles that a user was given.
has_role(user: User, name: String, organization: Organization) if
  role in user.organizationRoles and
  role.organization = organization and
  role.name = name;

# An organization lets a supporter look at it for a while.
has_role(user: User, "supporter", organization: Organization) if
  grant in user.supportGrants and
  grant.organization = organization and
  Clock.now() < grant.expiresAt;

test "organizations" {
  assert allow(alice, action, acme) iff action in ["read", "list_repositories", "create_repository"];
  assert allow(bob, "read", acme);
  assert_not allow(bob, "create_repository", acme);
  assert allow(sam, action, acme) iff action in ["read", "list_repositories"];
  assert_not allow(tim, "read", acme);
  assert allow(tim, "create", Organization);
}
