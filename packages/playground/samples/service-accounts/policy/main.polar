allow(user: User, action, dataset: Dataset) if
  action in ["read", "write", "delete"] and
  dataset.ownerId = user.id;

# A key needs the scope, and its owner must be allowed.
allow(key: ApiKey, action, dataset: Dataset) if
  action in key.scopes and
  key.revokedAt = nil and
  allow(key.owner, action, dataset);

# A service account belongs to nobody. It has the datasets that were assigned to it.
allow(account: ServiceAccount, "read", dataset: Dataset) if
  dataset.id in account.datasetIds;

test "a key may do what its scopes and its owner may do" {
  assert allow(reportKey, action, dataset) iff action in ["read"];
  assert_not allow(reportKey, "read", foreign);
}

test "a revoked key" {
  assert_not allow(oldKey, "read", dataset);
}

test "a service account" {
  assert allow(backup, action, foreign) iff action in ["read"];
  assert_not allow(backup, "read", dataset);
}
