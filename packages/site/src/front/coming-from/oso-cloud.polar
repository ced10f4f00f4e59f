has_permission(user: User, "read", note: Note) if
  has_relation(note, "owner", user);
