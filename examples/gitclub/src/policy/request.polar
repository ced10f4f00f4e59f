# Who gets in at all, whatever they are after: users who are not suspended, and to the administration only the staff.

allow_request(user: User, request: Request) if
  user.suspendedAt = nil and
  not is_administration(request);

allow_request(user: User, request: Request) if
  user.suspendedAt = nil and
  user.isStaff and
  is_administration(request);

is_administration(request: Request) if
  request.path.startsWith("/admin");

# A type can be a resource: the staff list users.
allow(user: User, "list", User) if
  user.isStaff;
