# can('read', 'Post', { published: true })
allow(_: User, "read", post: Post) if
  post.published;

# can('manage', 'Post', { authorId: user.id })
# cannot('delete', 'Post', { published: true })
allow(user: User, action, post: Post) if
  action in ["read", "update", "delete"] and
  post.authorId = user.id and
  not (action = "delete" and post.published);

# if (user.isModerator) can('read', 'Post')
allow(user: User, "read", _: Post) if
  user.isModerator;

test "an author" {
  assert allow(ann, action, published) iff action in ["read", "update"];
  assert allow(ann, action, draft) iff action in ["read", "update", "delete"];
}

test "a reader and a moderator" {
  assert allow(bob, action, published) iff action in ["read"];
  assert_not allow(bob, "read", draft);
  assert allow(mara, action, draft) iff action in ["read"];
}
