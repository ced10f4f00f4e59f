allow(user: User, "create", Expense) if not user.isGuest;

allow(user: User, "create", expense: Expense) if
  not user.isGuest and
  expense.ownerId = user.id and
  expense.amount <= user.limit and
  expense.project.teamId in user.teamIds;

allow(user: User, action, expense: Expense) if
  action in ["read", "update"] and
  expense.ownerId = user.id;

test "the button" {
  assert allow(ann, "create", Expense);
  assert_not allow(guest, "create", Expense);
}

test "the draft" {
  assert allow(user, "create", taxi) iff user in [ann];
  assert_not allow(ann, "create", jet);
  assert_not allow(ann, "create", elsewhere);
  assert_not allow(ann, "create", forOther);
}

test "the stored row" {
  assert allow(ann, "update", taxi);
  assert_not allow(guest, "read", taxi);
}
