allow(user: User, "use", flag: Flag) if
  is_open(flag) and
  is_chosen(user, flag);

is_open(flag: Flag) if
  flag.endsAt = nil;

is_open(flag: Flag) if
  flag.endsAt != nil and
  Clock.now() < flag.endsAt;

is_chosen(_: User, flag: Flag) if
  flag.audience = "everybody";

is_chosen(user: User, flag: Flag) if
  flag.audience = "tenants" and
  user.tenantId in flag.tenantIds;

is_chosen(user: User, flag: Flag) if
  flag.audience = "testers" and
  user.isTester;

test "the audience" {
  assert allow(user, "use", darkMode) iff user in [ole, tess];
  assert allow(user, "use", newEditor) iff user in [tess];
  assert allow(user, "use", reports) iff user in [ole];
}

test "a flag that has ended" {
  assert_not allow(tess, "use", beta);
}
