# GitClub: who may do what. Each resource has a file of its own.

actor User {}

# What the resource blocks grant, is granted.
allow(actor, action, resource) if
  has_permission(actor, action, resource);
