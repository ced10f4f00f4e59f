resource Issue {
  permissions = ["read", "close"];
  roles = ["creator"];
  relations = { repository: Repository };

  "read" if "read" on "repository";

  "close" if "maintainer" on "repository";
  "close" if "creator";
}

has_relation(repository: Repository, "repository", issue: Issue) if
  repository = issue.repository;

has_role(user: User, "creator", issue: Issue) if
  user = issue.creator;

test "issues" {
  assert allow(carol, action, heavy) iff action in ["read", "close"];
  assert allow(bob, action, heavy) iff action in ["read", "close"];
  assert allow(sam, action, heavy) iff action in ["read"];
  assert_not allow(bob, "close", fell);
  assert_not allow(carol, "read", rusty);
}
