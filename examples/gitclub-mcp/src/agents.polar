# An agent may do what its scopes cover and its user may do, until its token ends.
allow(agent: Agent, action, resource) if
  may_act(agent, action) and
  allow(agent.onBehalfOf, action, resource);

allow_field(agent: Agent, action, resource, field) if
  may_act(agent, action) and
  allow_field(agent.onBehalfOf, action, resource, field);

may_act(agent: Agent, action) if
  scope in agent.scopes and
  covers(scope, action) and
  Clock.now() < agent.until;

covers("club:read", action) if action in ["read", "list", "list_issues"];
covers("club:write", action) if action in ["create_issue", "close"];
covers("club:admin", "delete");

# The user confirms what an agent cannot undo.
needs_approval(_: Agent, "delete", _: Repository);
