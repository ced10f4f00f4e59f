test "owners, members and supporters of an organization" {
  assert has_role(user, "owner", acme) iff user in [alice];
  assert has_role(user, "member", acme) iff user in [alice, bob, dan, mara];
  assert has_role(user, "supporter", acme) iff user in [sam];
  assert has_role(user, "member", guild) iff user in [bob, mara];
  assert_not has_role(sam, "supporter", guild);
}

test "what an organization shows to whom" {
  assert allow(alice, action, acme) iff action in ["read", "list_repositories", "create_repository"];
  assert allow(bob, action, acme) iff action in ["read", "list_repositories"];
  assert allow(sam, action, acme) iff action in ["read", "list_repositories"];
  assert_not allow(carol, "read", acme);
  assert_not allow(tim, "read", acme);
  assert_not allow(alice, "read", guild);
  assert_not allow(bob, "create_repository", guild);
  assert_not allow(sam, "list_repositories", guild);
}

test "every user founds organizations and lists repositories" {
  assert allow(carol, "create", Organization);
  assert allow(carol, "list", Repository);
  assert_not allow(carol, "create", Repository);
  assert_not allow(carol, "list", Organization);
}

test "the staff lists users" {
  assert allow(sam, "list", User);
  assert_not allow(alice, "list", User);
  assert_not allow(sam, "create", User);
}

test "visitors neither found organizations nor list repositories" {
  assert_not allow(nil, "create", Organization);
  assert_not allow(nil, "list", Repository);
}
