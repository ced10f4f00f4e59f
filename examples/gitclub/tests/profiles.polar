test "who reads a profile" {
  assert allow(user, "read", aboutBob) iff user in [alice, bob, mara];
  assert allow(user, "update", aboutBob) iff user in [bob];
  assert allow(user, "read", aboutAlice) iff user in [alice];
  assert allow(user, "read", aboutMara) iff user in [alice, mara];
}

test "the fields of a profile" {
  assert allow_field(bob, "read", aboutBob, field) iff field in ["id", "name", "title", "email", "salary"];
  assert allow_field(mara, "read", aboutBob, field) iff field in ["id", "name", "title", "salary"];
  assert allow_field(alice, "read", aboutBob, field) iff field in ["id", "name", "title", "email"];
  assert allow_field(bob, "update", aboutBob, field) iff field in ["name", "email"];
  assert_not allow_field(mara, "update", aboutBob, "name");
  assert_not allow_field(carol, "read", aboutBob, "name");
  assert_not allow_field(dan, "read", aboutBob, "email");
  assert_not allow_field(alice, "read", acme, "id");
  assert_not allow_field(alice, "read", acme, "email");
}
