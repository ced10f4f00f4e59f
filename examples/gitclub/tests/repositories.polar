test "roles in a repository" {
  assert has_role(user, "admin", anvil) iff user in [alice];
  assert has_role(user, "maintainer", anvil) iff user in [alice, carol];
  assert has_role(user, "reader", anvil) iff user in [alice, bob, carol, dan, mara];
  assert has_role(user, "reader", tongs) iff user in [bob, mara];
}

test "what a repository shows to whom" {
  assert allow(alice, action, anvil) iff action in ["read", "list_issues", "create_issue", "delete"];
  assert allow(carol, action, anvil) iff action in ["read", "list_issues", "create_issue"];
  assert allow(bob, action, anvil) iff action in ["read", "list_issues", "create_issue"];
  assert allow(sam, action, anvil) iff action in ["read", "list_issues"];
  assert_not allow(carol, "read", rocket);
  assert_not allow(sam, "read", tongs);
  assert_not allow(alice, "read", tongs);
  assert_not allow(alice, "list_issues", tongs);
}

test "issues" {
  assert allow(carol, action, heavy) iff action in ["read", "close"];
  assert allow(bob, action, heavy) iff action in ["read", "close"];
  assert allow(dan, action, heavy) iff action in ["read"];
  assert allow(sam, "read", heavy);
  assert_not allow(carol, "read", fell);
  assert allow(mara, "close", fell);
  assert_not allow(bob, "close", fell);
  assert_not allow(carol, "read", rusty);
}
