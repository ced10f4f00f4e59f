allow(user: User, action, file: File) if
  action in ["read", "share", "delete"] and
  file.ownerId = user.id;

# A visitor is nobody but the link that the request contains.
allow(visitor: Visitor, "read", file: File) if
  link in file.links and
  link.token = visitor.token and
  link.revokedAt = nil and
  Clock.now() < link.endsAt;

test "the owner" {
  assert allow(ann, action, photo) iff action in ["read", "share", "delete"];
}

test "a link opens the file until it ends" {
  assert allow(early, action, photo) iff action in ["read"];
  assert_not allow(late, "read", photo);
}

test "a revoked link and a wrong one open nothing" {
  assert_not allow(revoked, "read", photo);
  assert_not allow(guesser, "read", photo);
}
