# The only rule of `allow`, so that no other rule can forget the deny list.
allow(actor, action, resource) if
  not denied(actor, resource) and
  permitted(actor, action, resource);

denied(user: User, _) if
  user.blockedAt != nil;

denied(user: User, article: Article) if
  user.country in article.blockedCountries;

permitted(_: User, "read", article: Article) if
  article.isPublished;

permitted(user: User, action, article: Article) if
  action in ["read", "edit"] and
  article.authorId = user.id;

test "readers and the author" {
  assert allow(reader, action, article) iff action in ["read"];
  assert allow(author, action, draft) iff action in ["read", "edit"];
  assert_not allow(reader, "read", draft);
}

test "the deny list wins" {
  assert_not allow(blocked, "read", article);
  assert_not allow(abroad, "read", article);
}
