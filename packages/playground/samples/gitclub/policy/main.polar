# GitClub: who may do what. Each kind of resource has a file of its own.

actor User {}

# Grant whatever the resource blocks grant.
allow(actor, action, resource) if
  has_permission(actor, action, resource);
