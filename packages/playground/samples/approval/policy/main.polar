allow(user: User, "request", Payment) if
  user.role in ["employee", "manager"];

# Nobody approves their own payment.
allow(user: User, "approve", payment: Payment) if
  user.role = "manager" and
  user.id != payment.requesterId and
  not user.id in payment.approverIds;

allow(user: User, "pay", payment: Payment) if
  user.role = "accountant" and
  is_approved(payment);

is_approved(payment: Payment) if
  payment.amount < 1000 and
  payment.approverIds.length >= 1;

is_approved(payment: Payment) if
  payment.approverIds.length >= 2;

test "a manager approves the payments of others, once" {
  assert allow(maya, "approve", laptop);
  assert_not allow(rita, "approve", laptop);
  assert_not allow(emil, "approve", laptop);
  assert_not allow(maya, "approve", machine);
}

test "the number of approvals depends on the amount" {
  assert allow(abby, "pay", chair);
  assert_not allow(abby, "pay", laptop);
  assert_not allow(abby, "pay", machine);
  assert allow(abby, "pay", truck);
}

test "who requests a payment" {
  assert allow(user, "request", Payment) iff user in [rita, maya, emil];
}
