actor User {}

resource Folder {
  permissions = ["read", "write"];
  roles = ["viewer", "editor"];
  relations = { parent: Folder };

  "read" if "viewer";
  "write" if "editor";
  "viewer" if "editor";

  "viewer" if "viewer" on "parent";
  "editor" if "editor" on "parent";
}

resource Document {
  permissions = ["read", "write"];
  relations = { folder: Folder };

  "read" if "read" on "folder";
  "write" if "write" on "folder";
}

allow(actor, action, resource) if
  has_permission(actor, action, resource);

has_relation(parent: Folder, "parent", folder: Folder) if
  parent = folder.parent;

has_relation(folder: Folder, "folder", document: Document) if
  folder = document.folder;

has_role(user: User, name: String, folder: Folder) if
  share in user.shares and
  share.folder = folder and
  share.role = name;

test "a role counts for what is inside" {
  assert allow(abe, action, notes) iff action in ["read", "write"];
  assert allow(bea, action, notes) iff action in ["read"];
}

test "a role does not count for what is outside" {
  assert_not allow(abe, "read", top);
  assert_not allow(bea, "read", salaries);
}
