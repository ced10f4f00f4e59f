# An organization lets a supporter look at it for a while.

has_role(user: User, "supporter", organization: Organization) if
  grant in user.supportGrants and
  grant.organization = organization and
  Clock.now() < grant.expiresAt;
