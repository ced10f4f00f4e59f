allow(user: User, action, message: Message) if
  message.deletedAt = nil and
  permitted(user, action, message);

# The bin: only the author, and only to restore.
allow(user: User, "restore", message: Message) if
  message.deletedAt != nil and
  message.authorId = user.id;

permitted(user: User, "read", message: Message) if
  user in message.channel.members;

permitted(user: User, action, message: Message) if
  action in ["read", "delete"] and
  message.authorId = user.id;

test "a message" {
  assert allow(kim, action, hello) iff action in ["read", "delete"];
  assert allow(leo, action, hello) iff action in ["read"];
}

test "a deleted message" {
  assert allow(kim, action, deleted) iff action in ["restore"];
  assert_not allow(leo, "read", deleted);
  assert_not allow(leo, "restore", deleted);
}
