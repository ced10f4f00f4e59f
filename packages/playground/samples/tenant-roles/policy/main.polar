# The permissions that a tenant may put into its roles. "delete" is not one of them.
grantable("read");
grantable("comment");
grantable("pay");

allow(user: User, action, invoice: Invoice) if
  grantable(action) and
  role in user.roles and
  role.tenantId = invoice.tenantId and
  action in role.permissions;

# Only the owner of a tenant deletes, whatever the roles say.
allow(user: User, "delete", invoice: Invoice) if
  invoice.tenant.ownerId = user.id;

test "a role gives what it contains" {
  assert allow(carla, action, invoice) iff action in ["read", "pay"];
  assert allow(olga, "delete", invoice);
}

test "a role of another tenant gives nothing" {
  assert_not allow(carla, "read", foreign);
}

test "a tenant cannot grant what is not grantable" {
  assert_not allow(carla, "delete", invoice);
}
