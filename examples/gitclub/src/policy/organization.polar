resource Organization {
  permissions = ["read", "list_repositories", "create_repository"];
  roles = ["owner", "member", "supporter"];

  "read"              if "member";
  "list_repositories" if "member";
  "create_repository" if "owner";

  "member" if "owner";

  "read"              if "supporter";
  "list_repositories" if "supporter";
}

# Every user may found an organization.
allow(_: User, "create", Organization);

# The roles that were given to a user.
has_role(user: User, name: String, organization: Organization) if
  role in user.organizationRoles and
  role.organization = organization and
  role.name = name;
