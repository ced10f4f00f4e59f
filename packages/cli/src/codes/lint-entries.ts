// cspell:ignore benn raed
import type { CodeEntry } from './code-entry.js';

/** The codes of the lints of `nanook check`, each with a policy that has the mistake, and the corrected policy. */
export const lintEntries: readonly CodeEntry[] = [
  lint(
    'NANOOK_LINT_NEVER_GRANTED',
    'no rule gives the permission "edit" of Note; add a rule has_permission(…, "edit", …), or a shorthand rule `"edit" if …;`, or remove the permission',
    'a permission, role or relation of a block that no rule gives. A check of it is always denied',
    `resource Note {
  permissions = ["read", "edit"];
  roles = ["owner"];
  "read" if "owner";
}
has_role(user: User, "owner", note: Note) if note.ownerId = user.id;`,
    `resource Note {
  permissions = ["read", "edit"];
  roles = ["owner"];
  "read" if "owner";
  "edit" if "owner";
}
has_role(user: User, "owner", note: Note) if note.ownerId = user.id;`,
  ),
  lint(
    'NANOOK_LINT_NEVER_USED',
    'no rule uses the role "guest" of Note; add a rule, or remove the role',
    'a role or relation of a block that no rule asks for',
    `resource Note {
  permissions = ["read"];
  roles = ["owner", "guest"];
  "read" if "owner";
}
has_role(user: User, role: String, note: Note) if [role, user.id] in note.roles;`,
    `resource Note {
  permissions = ["read"];
  roles = ["owner", "guest"];
  "read" if "owner";
  "read" if "guest";
}
has_role(user: User, role: String, note: Note) if [role, user.id] in note.roles;`,
  ),
  lint(
    'NANOOK_LINT_DUPLICATE_RULE',
    'the same rule is at policy.polar:1:1; remove one of them',
    'a rule that is written twice, also with other names of variables, or once as a shorthand rule. `nanook check --fix` removes the second one',
    `allow(user: User, "read", note: Note) if note.ownerId = user.id;
allow(user: User, "read", note: Note) if note.ownerId = user.id;`,
    `allow(user: User, "read", note: Note) if note.ownerId = user.id;`,
  ),
  lint(
    'NANOOK_LINT_DUPLICATE_CONDITION',
    'the condition `note.isPublic` is written twice; remove one of them',
    'a condition that is written twice in an `and` or an `or`. `nanook check --fix` removes the second one',
    'allow(_: User, "read", note: Note) if note.isPublic and note.ownerId = 1 and note.isPublic;',
    'allow(_: User, "read", note: Note) if note.isPublic and note.ownerId = 1;',
  ),
  lint(
    'NANOOK_LINT_UNREACHABLE_RULE',
    'this rule is needless, because `allow(_: User{}, "read", _: Note{});` (policy.polar:1:1) holds whenever it holds; remove one of them',
    'a rule that changes no answer, because a fact with broader parameters holds whenever it holds. One of them is probably wrong',
    `allow(_: User, "read", _: Note);
allow(user: User, "read", note: Note) if note.ownerId = user.id;`,
    `allow(user: User, "read", note: Note) if note.ownerId = user.id;`,
  ),
  lint(
    'NANOOK_LINT_MAY_BE_NIL',
    '`note.dueAt` may be nil, and then `<` cannot be decided; write `note.dueAt != nil and …` before it',
    'an order comparison or a `not` of an optional field, without a test for `nil` before it. The condition is undecided for `nil`, so a check can throw',
    'allow(_: User, "close", note: Note) if note.dueAt < 5;',
    'allow(_: User, "close", note: Note) if note.dueAt != nil and note.dueAt < 5;',
  ),
  lint(
    'NANOOK_LINT_CROSS_PRODUCT',
    'each element of the loop over `group` is combined with each element of this loop, although no condition compares the two; move one of the loops into a rule of its own',
    'two loops that no condition connects, so that each element of one is combined with each element of the other',
    'allow(user: User, "read", note: Note) if group in user.groups and tag in note.tags and group.id = 1 and tag.id = 2;',
    'allow(user: User, "read", note: Note) if group in user.groups and tag in note.tags and group.id = tag.groupId;',
  ),
  lint(
    'NANOOK_LINT_UNKNOWN_GRANTABLE',
    'no rule knows the grantable permission "raed"; did you mean "read"?',
    'a permission that customers may put into [roles of their own](../guides/recipes/tenant-roles.md), but that no block declares and no rule names',
    `allow(_: User, action, note: Note) if action in ["read", "pay"] and grantable(action) and note.isOpen;
grantable("raed");`,
    `allow(_: User, action, note: Note) if action in ["read", "pay"] and grantable(action) and note.isOpen;
grantable("read");`,
  ),
  lint(
    'NANOOK_LINT_RELATION_ORDER',
    'the related object of "folder" comes first; write `has_relation(folder, "folder", note)`',
    'a `has_relation` in the order of the other [dialect](../guides/moving/from-oso-cloud.md#the-dialect), so that the condition never holds. In the dialect `oso-cloud`, the related object comes last',
    `resource Folder { roles = ["reader"]; }
resource Note { roles = ["reader"]; relations = { folder: Folder }; }
allow(user: User, "read", note: Note) if has_role(user, "reader", note);
has_role(user: User, "reader", note: Note) if
  folder matches Folder and has_relation(note, "folder", folder) and has_role(user, "reader", folder);
has_role(user: User, "reader", folder: Folder) if folder.id in user.folderIds;
has_relation(folder: Folder, "folder", note: Note) if folder = note.folder;`,
    `resource Folder { roles = ["reader"]; }
resource Note { roles = ["reader"]; relations = { folder: Folder }; }
allow(user: User, "read", note: Note) if has_role(user, "reader", note);
has_role(user: User, "reader", note: Note) if
  folder matches Folder and has_relation(folder, "folder", note) and has_role(user, "reader", folder);
has_role(user: User, "reader", folder: Folder) if folder.id in user.folderIds;
has_relation(folder: Folder, "folder", note: Note) if folder = note.folder;`,
  ),
  lint(
    'NANOOK_LINT_ENDLESS_RECURSION',
    'the rule calls itself without an end, because no condition before this call finds `parent`; write a condition that does before it, such as a call of another name',
    'a rule that first calls itself about an object that no condition has found yet. A check that is not allowed then ends at a limit, which is an error. In the dialect `oso-cloud`, a call of another name that finds the object can also come later',
    `allow(user: User, "read", folder: Folder) if can_read(user, folder);
can_read(user: User, folder: Folder) if folder.ownerId = user.id;
can_read(user: User, folder: Folder) if can_read(user, parent) and parent = folder.parent;`,
    `allow(user: User, "read", folder: Folder) if can_read(user, folder);
can_read(user: User, folder: Folder) if folder.ownerId = user.id;
can_read(user: User, folder: Folder) if parent = folder.parent and can_read(user, parent);`,
  ),
];

/** The codes of the mistakes in tests, which `nanook check` and `nanook test` report. */
export const testEntries: readonly CodeEntry[] = [
  {
    code: 'NANOOK_TEST_UNKNOWN_NAME',
    page: 'codes.md',
    severity: 'error',
    message: '`benn` is not a fixture, so the assertion is about any value; did you mean `ben`?',
    when: 'an assertion of a test that names neither a fixture, nor a type or a constant. It is a variable with any value, so `assert` holds if anybody may, and `assert_not` proves nothing about the fixture that was meant. `_` is any value on purpose',
    language: 'polar',
    example: 'test "Ben edits" { assert allow(benn, "edit", draft); }',
    fix: 'test "Ben edits" { assert allow(ben, "edit", draft); }',
  },
];

function lint(code: string, message: string, when: string, example: string, fix: string): CodeEntry {
  return { code, page: 'codes.md', severity: 'warning', message, when, language: 'polar', example, fix };
}
