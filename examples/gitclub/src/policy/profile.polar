# What an organization knows about one of its people.

resource Profile {
  permissions = ["read", "update"];
  roles = ["subject", "manager"];
  relations = { organization: Organization };

  "read" if "subject";
  "read" if "manager";
  "read" if "owner" on "organization";

  "update" if "subject";
}

has_relation(organization: Organization, "organization", profile: Profile) if
  organization = profile.organization;

has_role(user: User, "subject", profile: Profile) if
  user = profile.user;

# Of the direct reports only: who manages a manager sees no further.
has_role(user: User, "manager", profile: Profile) if
  user = profile.manager;

# ── fields ──

allow_field(user: User, "read", profile: Profile, field) if
  field in ["id", "name", "title"] and
  has_permission(user, "read", profile);

allow_field(user: User, "read", profile: Profile, "email") if
  has_role(user, "subject", profile) or
  has_role(user, "owner", profile.organization);

allow_field(user: User, "read", profile: Profile, "salary") if
  has_role(user, "subject", profile) or
  has_role(user, "manager", profile);

allow_field(user: User, "update", profile: Profile, field) if
  field in ["name", "email"] and
  has_role(user, "subject", profile);
