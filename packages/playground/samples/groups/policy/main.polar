allow(user: User, "read", document: Document) if
  in_group(user, document.readers);

allow(user: User, action, document: Document) if
  action in ["read", "edit"] and
  in_group(user, document.editors);

in_group(user: User, group: Group) if
  user in group.members;

in_group(user: User, group: Group) if
  subgroup in group.groups and
  in_group(user, subgroup);

test "people of inner groups" {
  assert allow(erin, action, plan) iff action in ["read", "edit"];
  assert allow(dave, action, plan) iff action in ["read"];
}

test "people of no group" {
  assert_not allow(frank, "read", plan);
}
