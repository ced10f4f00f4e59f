allow_request(_: Guest, request: Request) if
  request.method = "GET" and
  request.path.startsWith("/articles/");

allow_request(user: User, _: Request) if not user.isSuspended;

allow(_, "read", article: Article) if article.isPublished;

allow(user: User, action, article: Article) if
  action in ["read", "edit"] and
  article.authorId = user.id;

test "guests read what is published" {
  assert allow_request(guest, showArticle);
  assert_not allow_request(guest, editArticle);
  assert allow(guest, action, news) iff action in ["read"];
  assert_not allow(guest, _, draft);
}

test "authors edit their articles" {
  assert allow_request(ann, editArticle);
  assert allow(ann, action, draft) iff action in ["read", "edit"];
}

test "suspended users do not come in" {
  assert_not allow_request(eve, showArticle);
}
