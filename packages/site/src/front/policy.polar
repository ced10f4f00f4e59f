allow(user: User, "read", note: Note) if
  note.ownerId = user.id;

allow(user: User, "read", note: Note) if
  note.teamId = user.teamId and
  note.isShared;
