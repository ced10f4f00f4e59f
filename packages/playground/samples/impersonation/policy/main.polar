allow(user: User, action, contract: Contract) if
  action in ["read", "update", "close"] and
  contract.ownerId = user.id;

# Both conditions must hold: the customer may do it, and support is allowed to do it for a customer.
allow(session: SupportSession, action, contract: Contract) if
  action in ["read", "update"] and
  session.supporter.isSupporter and
  Clock.now() < session.endsAt and
  allow(session.customer, action, contract);

test "the customer" {
  assert allow(cleo, action, contract) iff action in ["read", "update", "close"];
}

test "a supporter as the customer" {
  assert allow(helping, action, contract) iff action in ["read", "update"];
  assert_not allow(helping, "read", foreign);
}

test "a session that is over, and one of somebody else" {
  assert_not allow(forgotten, "read", contract);
  assert_not allow(pretending, "read", contract);
}
