allow(user: User, "create_project", workspace: Workspace) if
  is_member(user, workspace) and
  workspace.projectCount < workspace.plan.maxProjects;

allow(user: User, "export", workspace: Workspace) if
  is_member(user, workspace) and
  "export" in workspace.plan.features;

allow(user: User, "upgrade", workspace: Workspace) if
  workspace.ownerId = user.id and
  workspace.plan.name != "business";

is_member(user: User, workspace: Workspace) if
  user.workspaceId = workspace.id;

test "the free plan" {
  assert_not allow(tina, "create_project", small);
  assert_not allow(tina, "export", small);
  assert allow(tina, "upgrade", small);
}

test "the business plan" {
  assert allow(ben, action, large) iff action in ["create_project", "export"];
}

test "another workspace" {
  assert_not allow(ben, "create_project", small);
}
