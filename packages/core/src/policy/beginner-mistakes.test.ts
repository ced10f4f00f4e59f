import { describe, expect, it } from 'vitest';
import { checkPolicy } from './build/check-policy.js';

// cspell:ignore Clok onwer owenr ownr Publik raed

// Small policies with one mistake that beginners make, or a habit from SQL, Prolog, Rego, Cedar, CASL, JavaScript or Python, with
// the reported code, its place, and the essential phrase of the first message. Most messages end with the correction.

const types = {
  User: {
    fields: {
      id: 'Integer',
      name: 'String',
      role: 'String',
      isAdmin: 'Boolean',
      orgId: 'Integer',
      groups: ['String'],
    },
    key: 'id',
  },
  Note: {
    fields: {
      id: 'Integer',
      ownerId: 'Integer',
      title: 'String',
      isPublic: 'Boolean',
      owner: 'User',
      org: 'Org',
      createdAt: 'Date',
    },
  },
  Org: { fields: { id: 'Integer', name: 'String' } },
  Doc: {},
} as const;

type Mistake = readonly [policy: string, found: readonly string[], phrase: string];

const mistakes: readonly Mistake[] = [
  [
    'allow(user: User, "read", note: Note) :- user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:39'],
    'write `if`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = note.ownerId.',
    ['PARSE_FOREIGN_SYNTAX 1:64'],
    'write `;`; a rule does not end with a full stop',
  ],
  [
    'allow(user: User, "read", note: Note) => user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:39'],
    'write `if`',
  ],
  [
    'allow(user: User, "read", note: Note) -> user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:39'],
    'write `if`',
  ],
  [
    '// owners may read\nallow(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'write `#`',
  ],
  [
    '/* owners\n * may read\n */\nallow(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'a comment starts with `#` in each of its lines',
  ],
  [
    '-- owners may read\nallow(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'write `#`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = note.ownerId; // trailing',
    ['PARSE_FOREIGN_SYNTAX 1:66'],
    'write `#`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.isAdmin, user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:54'],
    'write `and`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.isAdmin AND user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:55'],
    'write `and`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.isAdmin OR user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:55'],
    'write `or`',
  ],
  [
    'allow(user: User, "read", note: Note) if NOT user.isAdmin and user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:42'],
    'write `not`',
  ],
  [
    'allow(user: User, "read", note: Note) IF user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:39'],
    'write `if`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.isAdmin && !note.isPublic || user.id === note.ownerId;',
    [
      'PARSE_FOREIGN_SYNTAX 1:55',
      'PARSE_FOREIGN_SYNTAX 1:58',
      'PARSE_FOREIGN_SYNTAX 1:73',
      'PARSE_FOREIGN_SYNTAX 1:84',
    ],
    'write `and`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id !== note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:50'],
    'write `!=`',
  ],
  [
    'permit (principal, action == Action::"read", resource) when { principal.id == resource.ownerId };',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'this looks like Cedar; write `allow(actor, action, resource) if condition;`',
  ],
  [
    'permit(principal in Group::"admins", action, resource);',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'this looks like Cedar; write `allow(actor, action, resource) if condition;`',
  ],
  [
    'forbid(principal, action, resource) unless { resource.isPublic };',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'this looks like Cedar; Polar has no rules that forbid: write `not forbidden(…)` in the rules that grant',
  ],
  [
    'allow(user: User, "read", note: Note) if note?.owner?.id = user.id;',
    ['CHECK_SINGLETON_VARIABLE 1:42', 'CHECK_OPTIONAL_CHAINING 1:48'],
    'write `note.`',
  ],
  [
    'import "common.polar";\nallow(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'a policy does not import; list every file in the option `policies`, and every type in `types`',
  ],
  [
    'import { User } from "./user";\nallow(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'a policy does not import; list every file in the option `policies`, and every type in `types`',
  ],
  [
    'package app.authz\n\ndefault allow = false\n\nallow {\n  input.user.id == input.note.ownerId\n}',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'this looks like Rego; a Polar rule is `allow(actor, action, resource) if condition;`',
  ],
  [
    'package app.authz\n\nimport rego.v1\n\ndefault allow := false\n\nallow if {\n  input.user.id == input.note.ownerId\n}',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'this looks like Rego; a Polar rule is `allow(actor, action, resource) if condition;`',
  ],
  [
    'allow(user: User, "read", note: Note) if (user.id = note.ownerId) {\n  true\n}',
    ['PARSE_FOREIGN_SYNTAX 1:67'],
    'a rule has no braces; write `head if condition;`',
  ],
  [
    'if (user.isAdmin) {\n  allow(user, "read", note);\n}',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'a rule starts with its head: `allow(actor, action, resource) if condition;`',
  ],
  [
    'if user.isAdmin then allow(user, "read", note);',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'a rule starts with its head: `allow(actor, action, resource) if condition;`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = note.ownerId\nallow(user: User, "write", note: Note) if user.id = note.ownerId',
    ['PARSE_MISSING_SEMICOLON 1:64', 'PARSE_MISSING_SEMICOLON 2:65'],
    'expected `;` at the end of the rule',
  ],
  [
    'allow(user: User, "read", note: Note)\n  if user.id = note.ownerId\nallow(user: User, "write", note: Note) if user.id = note.ownerId;',
    ['PARSE_MISSING_SEMICOLON 2:28'],
    'expected `;` at the end of the rule',
  ],
  [
    'function isOwner(user, note) { return user.id === note.ownerId; }\nallow(user: User, "read", note: Note) if isOwner(user, note);',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'write a rule: `name(argument) if condition;`',
  ],
  [
    'def is_owner(user, note):\n  return user.id == note.ownerId\n\nallow(user: User, "read", note: Note) if is_owner(user, note);',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'write a rule: `name(argument) if condition;`',
  ],
  [
    'rule is_owner(user, note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'a rule has no keyword before its name: `name(argument) if condition;`',
  ],
  [
    '@id("owners")\nallow(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'a rule has no decorator; write a comment with `#`',
  ],
  [
    "allow(user: User, 'read', note: Note) if user.id = note.ownerId;",
    ['PARSE_FOREIGN_SYNTAX 1:19'],
    'write `"read"`',
  ],
  [
    'allow(user: User, `read`, note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:19'],
    'write `"read"`',
  ],
  [
    'allow(user: User, `read:${note}`, note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:19'],
    'there are no templates; join texts with `text.concat("…")`',
  ],
  [
    'allow(user: User, action, note: Note) if\n  if user.isAdmin { action = "read" }\n  elif user.id = note.ownerId { action = "write" };',
    ['PARSE_FOREIGN_SYNTAX 2:3'],
    'a rule has one `if`, after its head; write a rule for each case',
  ],
  [
    'allow(user: User, action, note: Note) if user.isAdmin ? action = "read" : action = "write";',
    ['PARSE_FOREIGN_SYNTAX 1:55'],
    'Polar has no `a ? b : c`; write a rule for each case',
  ],
  [
    'allow(user: User, "read", note: Note) if\n  let owner = note.owner and\n  owner = user;',
    ['PARSE_FOREIGN_SYNTAX 2:3'],
    'write `name = value`; a variable takes the value of the other side',
  ],
  [
    'allow(user: User, "read", note: Note) if\n  const owner = note.owner and owner = user;',
    ['PARSE_FOREIGN_SYNTAX 2:3'],
    'write `name = value`; a variable takes the value of the other side',
  ],
  [
    'let admins = ["ann", "ben"];\nallow(user: User, "read", note: Note) if user.name in admins;',
    ['PARSE_FOREIGN_SYNTAX 1:1', 'CHECK_SINGLETON_VARIABLE 2:27'],
    'Polar has no global variables; pass the value in the option `constants`, or write a fact such as `limit(10);`',
  ],
  [
    'admins = ["ann", "ben"];\nallow(user: User, "read", _note: Note) if user.name in admins;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'Polar has no global variables; pass the value in the option `constants`, or write a fact such as `limit(10);`',
  ],
  [
    'admins := ["ann", "ben"];\nallow(user: User, "read", _note: Note) if user.name in admins;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'Polar has no global variables; pass the value in the option `constants`, or write a fact such as `limit(10);`',
  ],
  [
    'allow(user: User, "read", note: Note) if note.owner = null;',
    ['CHECK_SINGLETON_VARIABLE 1:7', 'CHECK_FOREIGN_NAME 1:55'],
    'use it in a condition, or write `_: User` to confirm that',
  ],
  [
    'allow(user: User, "read", note: Note) if note.owner != null and user.id = note.ownerId;',
    ['CHECK_FOREIGN_NAME 1:56'],
    'write `nil`',
  ],
  [
    'allow(user: User, "read", note: Note) if note.owner != undefined and user.id = note.ownerId;',
    ['CHECK_FOREIGN_NAME 1:56'],
    'write `nil`',
  ],
  [
    'allow(user: User, "read", note: Note) if note.owner != None and user.id = note.ownerId;',
    ['CHECK_FOREIGN_NAME 1:56'],
    'write `nil`',
  ],
  [
    'allow(user: User, "read", note: Note) if note.owner is null and user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:53'],
    'write `=`',
  ],
  [
    'allow(user: User, "read", note: Note) if note.owner is not null and user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:53'],
    'write `!=`',
  ],
  [
    'allow(user: User, "read", note: Note) { user.id = note.ownerId }',
    ['PARSE_FOREIGN_SYNTAX 1:39'],
    'a rule has no braces; write `head if condition;`',
  ],
  [
    '{% if admin %}\nallow(user: User, "read", note: Note) if user.id = note.ownerId;\n{% endif %}',
    ['PARSE_FOREIGN_SYNTAX 1:1', 'PARSE_FOREIGN_SYNTAX 3:1'],
    'render the template before the policy is loaded, or write rules for each case',
  ],
  [
    'relation owner: User;\nallow(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'declare it in a block: `resource Note { roles = ["owner"]; relations = { parent: Folder }; }`',
  ],
  [
    'resource Note {\n  relation owner: User;\n  permissions = ["read"];\n  "read" if "owner";\n}\nallow(a, b, c) if has_permission(a, b, c);',
    ['PARSE_FOREIGN_SYNTAX 2:3'],
    'write `relations = { owner: SomeType };`',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read",];\n  roles = ["owner",];\n  "read" if "owner";\n}\nallow(a, b, c) if has_permission(a, b, c);\nhas_role(user: User, "owner", note: Note,) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 8:41'],
    'write `)`; no comma comes after the last argument',
  ],
  [
    'allow(user: User, “read”, note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:19'],
    'write `"read"`',
  ],
  [
    'allow(user: User, ‘read’, note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:19'],
    'write `"read"`',
  ],
  [
    'allow(user: User, "read", note: Note) if note.createdAt ≥ user.id;',
    ['PARSE_FOREIGN_SYNTAX 1:57'],
    'write `>=`',
  ],
  ['allow(_, "list", Article);', ['CHECK_SINGLETON_VARIABLE 1:18'], 'add the type to the option `types`'],
  [
    'allow(u, read, note);',
    ['CHECK_SINGLETON_VARIABLE 1:7', 'CHECK_SINGLETON_VARIABLE 1:10', 'CHECK_SINGLETON_VARIABLE 1:16'],
    'use it in a condition, or give it a type, as in `u: User`',
  ],
  [
    'allow(u: User, read, n: Note) if u.id = n.ownerId;',
    ['CHECK_SINGLETON_VARIABLE 1:16'],
    'an action is a string: did you mean `"read"`?',
  ],
  [
    'allow(u: User, Read, n: Note) if u.id = n.ownerId;',
    ['CHECK_SINGLETON_VARIABLE 1:16'],
    'an action is a string: did you mean `"Read"`?',
  ],
  [
    'allow(u: User, "read", n: Note) if n.createdAt < Clok.now() and u.id = n.ownerId;',
    ['CHECK_SINGLETON_VARIABLE 1:50'],
    'did you mean `Clock`?',
  ],
  [
    'allow(u: User, "read", n: Note) if n.createdAt < Clok.now() and Clok.now() > n.createdAt and u.id = n.ownerId;',
    ['CHECK_CAPITAL_VARIABLE 1:65'],
    'did you mean `Clock`?',
  ],
  [
    'allow(u: User, "read", n: Note) if n.owner = null or u.id = null;',
    ['CHECK_FOREIGN_NAME 1:46', 'CHECK_FOREIGN_NAME 1:61'],
    'write `nil`',
  ],
  [
    'allow(u: User, "read", n: Note) if n.isPublic = True and u.id = n.ownerId;',
    ['CHECK_FOREIGN_NAME 1:49'],
    'write `true`',
  ],
  [
    'allow(u: User, "read", n: Note) if n.isPublic = TRUE and u.id = n.ownerId;',
    ['CHECK_FOREIGN_NAME 1:49'],
    'write `true`',
  ],
  [
    'allow(user: User, "read", note: Note) if usr.id = note.ownerId;',
    ['CHECK_SINGLETON_VARIABLE 1:42'],
    'did you mean `user`?',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = not.ownerId;',
    ['PARSE_UNEXPECTED_TOKEN 1:52'],
    'expected a value or a condition, found `not`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = ownerId;',
    ['CHECK_SINGLETON_VARIABLE 1:52'],
    'did you mean `note.ownerId`?',
  ],
  [
    'allow(user: User, "read", note: Note) if user.role = admin;',
    ['CHECK_SINGLETON_VARIABLE 1:27', 'CHECK_SINGLETON_VARIABLE 1:54'],
    'use it in a condition, or write `_: Note` to confirm that',
  ],
  [
    'allow(user: User, action, note: Note) if user.id = note.ownerId;',
    ['CHECK_SINGLETON_VARIABLE 1:19'],
    'write the action as a string, or list several in the body: `action in ["…", "…"]`',
  ],
  [
    'allow(user: User, "read", note: Note);',
    ['CHECK_SINGLETON_VARIABLE 1:7', 'CHECK_SINGLETON_VARIABLE 1:27'],
    'use it in a condition, or write `_: User` to confirm that',
  ],
  [
    'allow(user, "read", resource);',
    ['CHECK_SINGLETON_VARIABLE 1:7', 'CHECK_SINGLETON_VARIABLE 1:21'],
    'use it in a condition, or give it a type, as in `user: User`',
  ],
  [
    'allow(user, action, resource);',
    ['CHECK_SINGLETON_VARIABLE 1:7', 'CHECK_SINGLETON_VARIABLE 1:13', 'CHECK_SINGLETON_VARIABLE 1:21'],
    'use it in a condition, or give it a type, as in `user: User`',
  ],
  [
    'actor User {}\nresource Note { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; }\nallow(user, action, note) if has_role(user, owner, note) and action = "x";\nhas_role(user: User, "owner", note: Note) if user.id = note.ownerId;',
    ['CHECK_MISSING_HAS_PERMISSION 2:51', 'CHECK_SINGLETON_VARIABLE 3:45'],
    'add `allow(actor, action, resource) if has_permission(actor, action, resource);`',
  ],
  [
    'allow(user: User, "read", note: Note) if group in user.groups and note.isPublic;',
    ['CHECK_SINGLETON_VARIABLE 1:42'],
    'use it in another condition, correct its name, or write `_` for a value that does not matter',
  ],
  ['allow(_: User, "read", _: Note{owner: Usr});', ['CHECK_SINGLETON_VARIABLE 1:39'], 'did you mean `User`?'],
  [
    'allow(user: Usr, "read", note: Note) if user.id = note.ownerId;',
    ['CHECK_UNKNOWN_SPECIALIZER 1:13'],
    'did you mean `User`?',
  ],
  [
    'allow(Actor, Action, Resource) if has_permission(Actor, Action, Resource);\nhas_permission(_, "read", _);',
    ['CHECK_CAPITAL_VARIABLE 1:57', 'CHECK_INVALID_RULE 2:1'],
    'add the type to the option `types`, or start the name of a variable with a small letter',
  ],
  [
    'allow(User, "read", Note) if User.id = Note.ownerId;',
    ['CHECK_TYPE_AS_INSTANCE 1:7', 'CHECK_TYPE_AS_INSTANCE 1:30', 'CHECK_TYPE_AS_INSTANCE 1:40'],
    'to match an instance, write the parameter `user: User`',
  ],
  [
    'allow(ADMIN, "read", note: Note) if ADMIN.id = note.ownerId;',
    ['CHECK_CAPITAL_VARIABLE 1:37'],
    'add the type to the option `types`, or start the name of a variable with a small letter',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = note.ownerId;\ndeny(user: User, "read", _: Note) if user.role = "banned";',
    ['CHECK_UNUSED_RULE 2:1'],
    'write `not deny(…)` in the rules that grant',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = note.ownerId;\nforbid(user: User, "read", _: Note) if user.role = "banned";\nis_x(u) if is_y(u);\nis_y(u) if u.id = 1;\nis_a(u) if is_b(u);\nis_b(u) if is_a(u);',
    ['CHECK_UNUSED_RULE 2:1', 'CHECK_UNUSED_RULE 3:1', 'CHECK_UNUSED_RULE 5:1'],
    'write `not forbid(…)` in the rules that grant',
  ],
  [
    'alow(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['CHECK_UNUSED_RULE 1:1', 'CHECK_MISSING_ALLOW_RULE'],
    'did you mean `allow`?',
  ],
  [
    'permit(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['CHECK_UNUSED_RULE 1:1', 'CHECK_MISSING_ALLOW_RULE'],
    'did you mean `allow`?',
  ],
  [
    'can(user: User, "read", note: Note) if user.id = note.ownerId;\nallow(_: User, "x", _);',
    ['CHECK_UNUSED_RULE 1:1'],
    'did you mean `allow`?',
  ],
  [
    'has_permission(user: User, "read", note: Note) if user.id = note.ownerId;\nallow(_: User, "x", _);',
    ['CHECK_INVALID_RULE 1:1', 'CHECK_UNUSED_RULE 1:1'],
    'Invalid rule: `has_permission(user: User, "read", note: Note)` does not fit its rule type  ',
  ],
  [
    'actor User {}\nresource Note { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; }\nallow(a, b, c) if has_permission(a, b, c);\nhas_role(user: User, "onwer", note: Note) if user.id = note.ownerId;\nallow(a: User, "write", c: Note) if has_role(a, "ownr", c) or has_permission(a, "raed", c) or has_role(a, "boss", c.org);',
    [
      'CHECK_UNDECLARED_NAME 4:22',
      'CHECK_UNDECLARED_NAME 5:49',
      'CHECK_UNDECLARED_NAME 5:81',
      'CHECK_UNDECLARED_NAME 5:107',
    ],
    'did you mean `"owner"`?',
  ],
  [
    'allow(_, _, _);',
    ['CHECK_GRANTS_EVERYTHING 1:7'],
    'restrict the actor, the action or the resource, or write the body `if true` to confirm the rule',
  ],
  [
    'allow(note: Note, "read", user: User) if user.id = note.ownerId;',
    ['CHECK_ARGUMENT_ORDER 1:7'],
    'the order is `allow(actor, action, resource)`',
  ],
  [
    'allow("read", user: User, note: Note) if user.id = note.ownerId;',
    ['CHECK_ARGUMENT_ORDER 1:15'],
    'the order is `allow(actor, action, resource)`',
  ],
  [
    'allow(user: User, note: Note, "read") if user.id = note.ownerId;',
    ['CHECK_ARGUMENT_ORDER 1:19'],
    'the order is `allow(actor, action, resource)`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = "1" and note.ownerId = user.name;',
    ['CHECK_NEVER_EQUAL 1:42', 'CHECK_NEVER_EQUAL 1:60'],
    '`user.id` is an Integer and `"1"` is a String, but values of different types are never equal',
  ],
  [
    'allow(user: User, "read", note: Note) if note.isPublic = 1 or note.isPublic = "true" or note.title != 3;',
    [
      'CHECK_SINGLETON_VARIABLE 1:7',
      'CHECK_NEVER_EQUAL 1:42',
      'CHECK_NEVER_EQUAL 1:63',
      'CHECK_NEVER_EQUAL 1:89',
    ],
    'use it in a condition, or write `_: User` to confirm that',
  ],
  [
    'allow(user: User, "read", _: Note) if user.groups in "admins";',
    ['CHECK_NOT_A_COLLECTION 1:54'],
    'the order is `item in list`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.groups in user.name and user.id in [1] and note.ownerId in user.groups;',
    ['CHECK_NOT_A_COLLECTION 1:57'],
    'the order is `item in list`',
  ],
  [
    'allow(user: User, "read", _: Note) if user.groups = "admins";',
    ['CHECK_NEVER_EQUAL 1:39'],
    '`user.groups` is a List and `"admins"` is a String, but values of different types are never equal',
  ],
  [
    'import { User } from "./user";\nallow(_: User, "read", _: Note);',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'a policy does not import; list every file in the option `policies`, and every type in `types`',
  ],
  [
    'const admins = ["a"];\nallow(u: User, "read", _: Note) if u.name in admins;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'Polar has no global variables; pass the value in the option `constants`, or write a fact such as `limit(10);`',
  ],
  [
    'admins = ["a"];\nallow(u: User, "read", _: Note) if u.name in admins;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'Polar has no global variables; pass the value in the option `constants`, or write a fact such as `limit(10);`',
  ],
  [
    'default allow := false',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'this looks like Rego; a Polar rule is `allow(actor, action, resource) if condition;`, and an action that no rule allows',
  ],
  [
    'allow {\n  input.user\n}',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'write the arguments in parentheses: `allow(actor, action, resource) if condition;`',
  ],
  [
    'resource Note {\n  roles: ["owner"];\n  permissions := ["read", "write"];\n  relations: { org: "Org" };\n  read if "owner";\n  "write" if owner;\n}\nallow(a, b, c) if has_permission(a, b, c);',
    [
      'PARSE_FOREIGN_SYNTAX 2:8',
      'PARSE_FOREIGN_SYNTAX 3:15',
      'PARSE_FOREIGN_SYNTAX 4:12',
      'PARSE_FOREIGN_SYNTAX 4:21',
      'PARSE_FOREIGN_SYNTAX 5:3',
      'PARSE_FOREIGN_SYNTAX 6:14',
    ],
    'write `=`',
  ],
  [
    'actor User {}\nresource Note {\n  roles = ["owner", "reader"];\n  permissions = ["read"];\n  "read" if "owner" or "reader";\n  "read" if "owner" and "reader";\n  "read" if not "reader";\n  "read" if is_admin(actor);\n  "read": "owner";\n  allow(user: User, "x", note: Note) if user.id = note.ownerId;\n}\nallow(a, b, c) if has_permission(a, b, c);',
    ['PARSE_FOREIGN_SYNTAX 9:9', 'PARSE_FOREIGN_SYNTAX 10:3'],
    'write `if`',
  ],
  [
    'actor User;\nresource Note: {\n  permissions = ["read" "write"];\n}\nresource Org { roles = "owner"; }\nresource Doc { role = ["owner"]; }\nclass Foo { }',
    [
      'PARSE_FOREIGN_SYNTAX 1:11',
      'PARSE_FOREIGN_SYNTAX 2:14',
      'PARSE_UNEXPECTED_TOKEN 3:25',
      'PARSE_UNEXPECTED_TOKEN 5:24',
      'PARSE_FOREIGN_SYNTAX 7:1',
      'CHECK_BLOCK_DECLARATION 6:16',
    ],
    'write `{}`',
  ],
  [
    'type Note {\n  permissions = ["read"];\n}',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'write `resource Note`; a block is for an `actor` or a `resource`',
  ],
  [
    'allow(User user, "read", Note note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:7'],
    'write `user: User`',
  ],
  [
    'allow(user User, "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:7'],
    'write `user: User`',
  ],
  [
    'allow(user: User, action == "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_UNEXPECTED_TOKEN 1:26'],
    'expected `,` or `)` (a condition comes after `if`), found `==`',
  ],
  [
    'allow(user: User, "read", note: Note) if note.tags.some(t => t = "x") and user.id >= 1 and user.id => 2;',
    ['PARSE_FOREIGN_SYNTAX 1:59'],
    'to compare write `>=`; for the items of a list write `item in list and …`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id =< 2 and note.id = user.id;',
    ['PARSE_FOREIGN_SYNTAX 1:50'],
    'write `<=`',
  ],
  [
    'allow(user: User, "read", note: Note) if some g in user.groups and g = note.title;',
    ['PARSE_FOREIGN_SYNTAX 1:42'],
    'write `item in list`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.groups contains "x" and note.id = 1;',
    ['PARSE_FOREIGN_SYNTAX 1:54'],
    'write `item in list`',
  ],
  [
    'allow(user: User, "read", note: Note) if exists(g in user.groups, g = note.title);',
    ['PARSE_VALUE_EXPECTED 1:49', 'PARSE_VALUE_EXPECTED 1:67'],
    'expected a value, found the condition `g in user.groups`',
  ],
  [
    'allow(user: User, "read", note: Note) unless user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:39'],
    'write `if not`',
  ],
  [
    'allow(user: User, "read", note: Note) when user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:39'],
    'write `if`',
  ],
  [
    'not allow(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'no rule denies, and an action that no rule allows is denied; write a condition with `not` after `if`',
  ],
  [
    '!allow(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'no rule denies, and an action that no rule allows is denied; write a condition with `not` after `if`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = note.ownerId and;',
    ['PARSE_UNEXPECTED_TOKEN 1:68'],
    'expected a value or a condition, found `;`',
  ],
  [
    'allow(user: User, "read", note: Note) if (user.id = note.ownerId;',
    ['PARSE_UNEXPECTED_TOKEN 1:65'],
    'expected `)`, found `;`',
  ],
  [
    'allow(user: User, "read, note: Note) if user.id = note.ownerId;',
    ['PARSE_UNTERMINATED_STRING 1:19'],
    'write a line break in a string as `\\n`',
  ],
  [
    'allow(user: User, "read", note: Note) if { user.id = note.ownerId };',
    ['PARSE_FOREIGN_SYNTAX 1:42'],
    'a rule has no braces; write `head if condition;`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = note.ownerId else user.isAdmin;',
    ['PARSE_FOREIGN_SYNTAX 1:65'],
    'write a rule for each case',
  ],
  [
    'p, admin, data1, read',
    ['PARSE_UNEXPECTED_TOKEN 1:1'],
    'expected a rule such as `allow(actor, action, resource) if …;` or a block such as `resource Note { … }`, found',
  ],
  [
    'can("read", "Note");\ncannot("delete", "Note");',
    ['CHECK_UNUSED_RULE 1:1', 'CHECK_UNUSED_RULE 2:1', 'CHECK_MISSING_ALLOW_RULE'],
    'did you mean `allow`?',
  ],
  [
    'SELECT * FROM users WHERE id = 1;',
    ['PARSE_UNEXPECTED_TOKEN 1:1'],
    'expected a rule such as `allow(actor, action, resource) if …;` or a block such as `resource Note { … }`, found',
  ],
  ['GRANT SELECT ON notes TO ann;', ['PARSE_UNEXPECTED_TOKEN 1:14'], 'expected `{`, found `ON`'],
  [
    '{ "allow": true }',
    ['PARSE_UNEXPECTED_TOKEN 1:1'],
    'expected a rule such as `allow(actor, action, resource) if …;` or a block such as `resource Note { … }`, found',
  ],
  [
    'roles = ["admin"];',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'Polar has no global variables; pass the value in the option `constants`, or write a fact such as `limit(10);`',
  ],
  [
    'allow(user: User, "read", note: Note) if\n  user.id = note.ownerId\n  and user.isAdmin\n  or note.isPublic',
    ['PARSE_MISSING_SEMICOLON 4:19', 'CHECK_AMBIGUOUS_PRECEDENCE 2:3'],
    'expected `;` at the end of the rule',
  ],
  [
    'allow(user: User, "read", note: Note):\n  user.id = note.ownerId',
    ['PARSE_FOREIGN_SYNTAX 1:38', 'PARSE_MISSING_SEMICOLON 2:25'],
    'write `if`',
  ],
  [
    'allow(user, "read", note) { return user.id == note.ownerId; }',
    ['PARSE_FOREIGN_SYNTAX 1:27'],
    'a rule has no braces; write `head if condition;`',
  ],
  [
    'allow(user: User, "read", note: Note) if user[\'id\'] = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:46'],
    'an attribute is read with `object.name` or `object.("name")`; items of a list with `item in list` or `[first,',
  ],
  [
    'allow(user: User, "read", note: Note) if user.groups[0] = note.title;',
    ['PARSE_FOREIGN_SYNTAX 1:53'],
    'an attribute is read with `object.name` or `object.("name")`; items of a list with `item in list` or `[first,',
  ],
  [
    'allow(user: User, "read", note: Note) if len(user.groups) > 1 and note.id = 1;',
    ['PARSE_VALUE_EXPECTED 1:42'],
    'a rule returns no value: call it as a separate condition with a variable that it binds',
  ],
  [
    'allow(user: User, ["read", "write"], note: Note) if user.id = note.ownerId;',
    ['CHECK_UNLIKELY_ARGUMENT 1:19'],
    'write the parameter `action`, and `action in […]` in the body',
  ],
  [
    'allow(user: User, "read" or "write", note: Note) if user.id = note.ownerId;',
    ['PARSE_UNEXPECTED_TOKEN 1:26'],
    'expected `,` or `)` (a condition comes after `if`), found `or`',
  ],
  [
    'allow(user: User, "read" | "write", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:26'],
    'write `or`',
  ],
  [
    'allow(user: User, "*", note: Note) if user.isAdmin and note.id = 1;',
    ['CHECK_UNLIKELY_ARGUMENT 1:19'],
    'list the values, as in `action in ["read", "write"]`',
  ],
  [
    'allow(user: User | Org, "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:18'],
    'write `or`',
  ],
  [
    'allow(user: "User", "read", note: "Note") if user.id = note.ownerId;',
    ['CHECK_UNLIKELY_ARGUMENT 1:13', 'CHECK_UNLIKELY_ARGUMENT 1:35'],
    'write a type without quotes: `: User`',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read"];\n  roles = ["owner"];\n  "read" if "onwer";\n}\nallow(a, b, c) if has_permission(a, b, c);\nhas_role(u: User, "owner", n: Note) if u.id = n.ownerId;',
    ['CHECK_BLOCK_UNDECLARED_TERM 5:13'],
    'did you mean `"owner"`?',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read"];\n  roles = ["owner"];\n  "read" if "owner";\n}\nhas_role(u: User, "owner", n: Note) if u.id = n.ownerId;',
    ['CHECK_MISSING_HAS_PERMISSION 3:18', 'CHECK_MISSING_ALLOW_RULE'],
    'add `allow(actor, action, resource) if has_permission(actor, action, resource);`',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read"];\n  roles = ["owner"];\n  "read" if "owner";\n}\nallow(a, b, c) if has_permission(a, b, c);',
    ['CHECK_MISSING_REQUIRED_RULE 4:12'],
    'write `has_role(actor: Actor, role: String, resource: Resource) if …;`',
  ],
  [
    'resource Note {\n  permissions = ["read"];\n  roles = ["owner"];\n  "read" if "owner";\n}\nallow(a, b, c) if has_permission(a, b, c);\nhas_role(u: User, "owner", n: Note) if u.id = n.ownerId;',
    ['CHECK_INVALID_RULE 7:1'],
    'Invalid rule: `has_role(u: User, "owner", n: Note)` does not fit its rule type   `has_role(actor: Actor, role:',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read"];\n  roles = ["owner"];\n  "read" if "owner";\n}\nallow(a, b, c) if has_permission(a, b, c);\nhas_role(u: User, role, n: Note) if u.id = n.ownerId and role = "owner";',
    ['CHECK_INVALID_RULE 8:1'],
    'Invalid rule: `has_role(u: User, role, n: Note)` does not fit its rule type   `has_role(actor: Actor, role:',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read"];\n  roles = ["owner"];\n  "read" if "owner";\n}\nallow(a, b, c) if has_permission(a, b, c);\nhas_role(u: User, "owner") if u.isAdmin;',
    ['CHECK_INVALID_RULE 8:1'],
    'Invalid rule: `has_role(u: User, "owner")` does not fit its rule type   `has_role(actor: Actor, role: String,',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read"];\n  relations = { owner: User };\n  "read" if "owner";\n}\nallow(a, b, c) if has_permission(a, b, c);',
    ['CHECK_MISSING_REQUIRED_RULE 4:17'],
    'write `has_relation(subject: User, "owner", object: Note) if …;`',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read"];\n  relations = { owner: User };\n  "read" if "owner";\n}\nallow(a, b, c) if has_permission(a, b, c);\nhas_relation(n: Note, "owner", u: User) if u.id = n.ownerId;',
    ['CHECK_INVALID_RULE 8:1'],
    'Invalid rule: `has_relation(n: Note, "owner", u: User)` does not fit its rule type   `has_relation(subject:',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read"];\n  relations = { owner: User };\n  "read" if "owner";\n}\nallow(a, b, c) if has_permission(a, b, c);\nhas_relation(u: User, "onwer", n: Note) if u.id = n.ownerId;',
    ['CHECK_INVALID_RULE 8:1'],
    'Invalid rule: `has_relation(u: User, "onwer", n: Note)` does not fit its rule type   `has_relation(subject:',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read"];\n  roles = ["owner"];\n  relations = { org: Org };\n  "read" if "member" on "org";\n  "read" if "owner" in "org";\n  "read" if "owner" on "orgs";\n  "read" if "owner" on "owner";\n}\nallow(a, b, c) if has_permission(a, b, c);',
    ['PARSE_FOREIGN_SYNTAX 7:21'],
    'write `on`',
  ],
  [
    'actor User {}\nresource Notes { permissions = ["read"]; }',
    ['CHECK_BLOCK_UNKNOWN_CLASS 2:10', 'CHECK_MISSING_ALLOW_RULE'],
    'did you mean `Note`?',
  ],
  [
    'actor User {}\nresource Note {\n  roles = ["owner", "owner"];\n  permissions = ["owner", "read"];\n  roles = ["x"];\n  relations = ["org"];\n}\nallow(a, b, c) if has_permission(a, b, c);',
    [
      'CHECK_BLOCK_DUPLICATE_NAME 3:21',
      'CHECK_BLOCK_DUPLICATE_NAME 4:18',
      'CHECK_BLOCK_REPEATED_DECLARATION 5:3',
      'CHECK_BLOCK_DECLARATION_FORM 6:3',
    ],
    '"owner" is declared twice among the roles of `Note`',
  ],
  [
    'allow(u: User, "read") if u.isAdmin;',
    ['CHECK_INVALID_RULE 1:1'],
    'Invalid rule: `allow(u: User, "read")` does not fit its rule type   `allow(actor, action, resource)`: the rule',
  ],
  [
    'allow(u: User, "read", n: Note, "title") if u.id = n.ownerId;',
    ['CHECK_INVALID_RULE 1:1'],
    'Invalid rule: `allow(u: User, "read", n: Note, "title")` does not fit its rule type   `allow(actor, action,',
  ],
  [
    'allow_field(u: User, "read", n: Note) if u.id = n.ownerId;',
    ['CHECK_INVALID_RULE 1:1'],
    'Invalid rule: `allow_field(u: User, "read", n: Note)` does not fit its rule type   `allow_field(actor, action,',
  ],
  [
    'allow_request(u: User, "GET", "/x") if u.isAdmin;',
    ['CHECK_INVALID_RULE 1:1'],
    'Invalid rule: `allow_request(u: User, "GET", "/x")` does not fit its rule type   `allow_request(actor,',
  ],
  [
    'allow(u: User, "read", n: Note) if is_owner(u);\nis_owner(u: User, n: Note) if u.id = n.ownerId;',
    ['CHECK_SINGLETON_VARIABLE 1:24', 'CHECK_CALL_ARITY 1:36'],
    'use it in a condition, or write `_: Note` to confirm that',
  ],
  [
    'allow(u: User, "read", n: Note) if is_ownr(u, n);\nis_owner(u: User, n: Note) if u.id = n.ownerId;',
    ['CHECK_UNDEFINED_RULE 1:36'],
    'did you mean `is_owner`?',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id = n.owenrId;',
    ['CHECK_UNKNOWN_FIELD 1:45'],
    'did you mean `ownerId`?',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id = n.owner_id;',
    ['CHECK_UNKNOWN_FIELD 1:45'],
    'did you mean `ownerId` or `owner`?',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id := n.ownerId;',
    ['PARSE_UNEXPECTED_TOKEN 1:36'],
    'expected a variable alone on the left of `:=` (to compare, write `=`), found `u.id`',
  ],
  [
    'allow(u: User, "read", n: Note) if x := n.ownerId and x := u.id;',
    ['CHECK_ASSIGNED_TWICE 1:55'],
    'to compare, write `=`',
  ],
  [
    'allow(u: User, "read", n: Note) if owner = is_owner(u, n) and owner = true;\nis_owner(u: User, n: Note) if u.id = n.ownerId;',
    ['PARSE_VALUE_EXPECTED 1:44'],
    'a rule returns no value: call it as a separate condition with a variable that it binds',
  ],
  [
    'allow(u: User, "read", n: Note) if is_owner(u, n) = true;\nis_owner(u: User, n: Note) if u.id = n.ownerId;',
    ['PARSE_VALUE_EXPECTED 1:36'],
    'a rule returns no value: call it as a separate condition with a variable that it binds',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id == n.ownerId or u.isAdmin and n.isPublic;',
    ['CHECK_AMBIGUOUS_PRECEDENCE 1:57'],
    'put it in parentheses',
  ],
  [
    'allow(u: User, "read", n: Note) if u.role not in ["banned"] and n.isPublic;',
    ['PARSE_FOREIGN_SYNTAX 1:43'],
    'write `not u.role in`',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id = n.ownerId and "read";',
    ['PARSE_CONDITION_EXPECTED 1:57'],
    'expected a condition, found the value `"read"`',
  ],
  [
    'allow(u: User, "read", n: Note) if n matches isPublic and u.isAdmin;',
    ['CHECK_UNKNOWN_SPECIALIZER 1:46'],
    'add the type to the option `types`, or correct the name',
  ],
  [
    'allow(u: User, "read", n) if n matches Note{ownerID: u.id};',
    ['CHECK_UNKNOWN_FIELD 1:45'],
    'did you mean `ownerId` or `owner`?',
  ],
  [
    'allow(u: User, "read", n) if n matches Note(ownerId: u.id);',
    ['PARSE_FOREIGN_SYNTAX 1:44'],
    'write `{`; the fields of a pattern are in braces: `Note{field: value}`',
  ],
  [
    'allow(u: User, "read", n: Note(ownerId: u.id));',
    ['PARSE_FOREIGN_SYNTAX 1:31'],
    'write `{`; the fields of a pattern are in braces: `Note{field: value}`',
  ],
  ['allow(u: User, "read", n: Note{ownerId = u.id});', ['PARSE_FOREIGN_SYNTAX 1:40'], 'write `:`'],
  [
    'allow(_: User{isAdmin: "true"}, "read", _: Note);',
    ['CHECK_NEVER_EQUAL 1:24'],
    '`isAdmin` is a Boolean and `"true"` is a String, but values of different types are never equal',
  ],
  [
    'allow(u: User, "read", n: Note) if 1 < u.id < 5 and n.isPublic;',
    ['PARSE_CHAINED_COMPARISON 1:45'],
    'join two comparisons with `and`',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id + 1 in [1, 2] and n.isPublic;',
    ['PARSE_PARENTHESES_NEEDED 1:43'],
    'write `(u.id + 1) in [1, 2]`',
  ],
  [
    'allow(u: User, "read", n: Note) if forall(g in u.groups) and n.isPublic;',
    ['PARSE_UNEXPECTED_TOKEN 1:56'],
    'expected `,` and the second condition of `forall`, found `)`',
  ],
  [
    'allow(u: User, "read", n: Note) if not g in ["x"] and g in u.groups and n.isPublic;',
    ['CHECK_UNBOUND_NEGATION 1:40'],
    'bind `g` first',
  ],
  [
    'allow(u: User, "read", n: Note) if u.isAdmin() and n.isPublic;',
    ['CHECK_FIELD_CALLED 1:38'],
    'write it without `()`',
  ],
  [
    'allow(u: User, "read", n: Note) if new Date() < n.createdAt and u.isAdmin;',
    ['CHECK_UNKNOWN_CLASS 1:40'],
    'for the current time write `Clock.now()`',
  ],
  [
    'allow(u: User, "read", n: Note) if n.createdAt < now() and u.isAdmin;',
    ['PARSE_VALUE_EXPECTED 1:50'],
    'a rule returns no value: call it as a separate condition with a variable that it binds',
  ],
  [
    'allow(u: User, "read", n: Note) if n.constructor = Note and u.isAdmin;',
    ['CHECK_REFUSED_MEMBER 1:38'],
    'policies cannot access `constructor`',
  ],
  [
    'allow(u: User, "read", n: Note) if u.name = "ann" + "x" and n.isPublic;',
    ['CHECK_NEVER_DECIDED 1:45'],
    '`"ann" + "x"` is never decided: `"ann"` is a String and `"x"` is a String, but arithmetic needs two numbers',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id > "5" and n.isPublic;',
    ['CHECK_NEVER_DECIDED 1:36'],
    '`u.id > "5"` is never decided: `u.id` is an Integer and `"5"` is a String, but only two numbers, two dates or two strings',
  ],
  [
    'allow(u: int, "read", n: Note) if n.ownerId = u;',
    ['CHECK_UNKNOWN_SPECIALIZER 1:10'],
    'did you mean `Integer`?',
  ],
  [
    'allow(u: string, "read", n: Note) if n.title = u;',
    ['CHECK_UNKNOWN_SPECIALIZER 1:10'],
    'did you mean `String`?',
  ],
  [
    '"allow"(user: User, "read", note: Note);',
    ['PARSE_UNEXPECTED_TOKEN 1:1'],
    'expected a rule such as `allow(actor, action, resource) if …;` or a block such as `resource Note { … }`, found',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = note.ownerId;;',
    ['PARSE_UNEXPECTED_TOKEN 1:65'],
    'expected a rule such as `allow(actor, action, resource) if …;` or a block such as `resource Note { … }` (no',
  ],
  [
    'Allow(user: User, "read", note: Note) if user.id = note.ownerId;',
    ['CHECK_UNUSED_RULE 1:1', 'CHECK_MISSING_ALLOW_RULE'],
    'did you mean `allow`?',
  ],
  [
    'allow(user: User, "read", type: Note) if user.id = type.ownerId;',
    ['PARSE_RESERVED_WORD 1:27'],
    'use another name',
  ],
  [
    'allow(user: User, "read", in: Note) if user.id = in.ownerId;',
    ['PARSE_RESERVED_WORD 1:27'],
    'use another name',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = note.ownerId or;',
    ['PARSE_UNEXPECTED_TOKEN 1:67'],
    'expected a value or a condition, found `;`',
  ],
  [
    'allow(user: User "read", note: Note) if user.id = note.ownerId;',
    ['PARSE_UNEXPECTED_TOKEN 1:18'],
    'expected `,` or `)`, found the string "read"',
  ],
  [
    'allow(user: User, "read", note: Note if user.id = note.ownerId;',
    ['PARSE_UNEXPECTED_TOKEN 1:38'],
    'expected `,` or `)`, found `if`',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read"]\n  roles = ["owner"];\n  "read" if "owner";\nallow(a, b, c) if has_permission(a, b, c);',
    ['PARSE_MISSING_SEMICOLON 3:25', 'PARSE_UNEXPECTED_END 5:21'],
    'expected `;` at the end of the declaration',
  ],
  [
    'actor User {}\nresource Note {\n  roles = ["a"];\n  relations = { parent: Note };\n  role if "a" on "parent";\n}\nallow(a, b, c) if has_role(a, b, c);',
    ['CHECK_BLOCK_ANY_NAME 5:3'],
    'write `role if role on "relation";`',
  ],
  [
    'actor User {}\nresource Note {\n  roles = ["a"];\n  "a" if global "admin";\n}\nallow(a, b, c) if has_role(a, b, c);',
    ['CHECK_BLOCK_UNDECLARED_TERM 4:17'],
    'the block of `global` declares no role, permission or relation "admin"',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = [read, "write"];\n  "read" if "write";\n}\nallow(a, b, c) if has_permission(a, b, c);\nhas_permission(u: User, "write", n: Note) if u.id = n.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 3:18'],
    'write `"read"`; a role, a permission or a relation is a string here',
  ],
  [
    'actor User {}\nresource Note {\n  permissions = ["read", "write"];\n  roles = ["a", "b"];\n  "a" if "b";\n  "b" if "a";\n  "read" if "a";\n}\nallow(a, b, c) if has_permission(a, b, c);\nhas_role(u: User, "a", n: Note) if u.id = n.ownerId;',
    ['CHECK_FORWARDING_CYCLE 5:3'],
    'in `Note`, `a`, `b` imply each other in a circle, so each of them is the same as the others',
  ],
  [
    'resource User { permissions = ["read"]; }\nallow(u: User, "read", n: Note) if has_permission(u, "read", n);\nhas_permission(u: User, "read", _: User) if u.isAdmin;',
    ['CHECK_UNDECLARED_NAME 2:54', 'CHECK_INVALID_RULE 3:1'],
    'declare it in `permissions`, or correct the name',
  ],
  [
    'allow(u: User, "read", n: Note) if user.id = note.ownerId;',
    ['CHECK_SINGLETON_VARIABLE 1:36', 'CHECK_SINGLETON_VARIABLE 1:46'],
    'did you mean `u`?',
  ],
  [
    'allow(_, "read", _) if user.isAdmin;',
    ['CHECK_SINGLETON_VARIABLE 1:24'],
    'use a parameter of the rule, or bind it in an earlier condition',
  ],
  [
    'allow(user: User, "read", note: Note) if current_user.id = note.ownerId;',
    ['CHECK_SINGLETON_VARIABLE 1:7', 'CHECK_SINGLETON_VARIABLE 1:42'],
    'use it in a condition, or write `_: User` to confirm that',
  ],
  [
    'allow(user: User, "read", note: Note) if ctx.user.id = note.ownerId and user.id = 1;',
    ['CHECK_SINGLETON_VARIABLE 1:42'],
    'use a parameter of the rule, or bind it in an earlier condition',
  ],
  [
    '?= allow(new User(), "read", 1)',
    ['PARSE_MISSING_SEMICOLON 1:32'],
    'expected `;` at the end of the inline query',
  ],
  [
    'type allow(actor: User, action: String, resource: Nope);\nallow(u: User, "read", n: Note) if u.id = n.ownerId;',
    ['CHECK_UNKNOWN_CLASS 1:51'],
    'did you mean `Note`?',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = note.ownerId && note.isPublic == true;',
    ['PARSE_FOREIGN_SYNTAX 1:65'],
    'write `and`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.name = "a\nb" and note.isPublic;',
    ['PARSE_UNTERMINATED_STRING 1:54'],
    'write a line break in a string as `\\n`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = 9007199254740993 and note.isPublic;',
    ['PARSE_INTEGER_TOO_LARGE 1:52'],
    '9007199254740993 is beyond ±(2^53 − 1), the range in which JavaScript numbers hold integers exactly',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = 1_000 and note.isPublic;',
    ['PARSE_INVALID_NUMBER 1:52'],
    '`1_000` is not a number',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = .5 and note.isPublic;',
    ['PARSE_UNEXPECTED_TOKEN 1:52'],
    'expected a value or a condition, found `.`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = -user.id and note.isPublic;',
    ['PARSE_FOREIGN_SYNTAX 1:52'],
    'write `0 - user`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id ** 2 = 4 and note.isPublic;',
    ['PARSE_FOREIGN_SYNTAX 1:50'],
    'Polar has no operator for powers; multiply with `*`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id++ and note.isPublic;',
    ['PARSE_UNEXPECTED_TOKEN 1:50'],
    'expected a value or a condition, found `+`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.name =~ "a.*" and note.isPublic;',
    ['PARSE_FOREIGN_SYNTAX 1:52'],
    'Polar has no regular expressions; write `text.startsWith("…")` or `text.includes("…")`',
  ],
  [
    'allow(user: User, "read", note: Note) if user.name ~ "a" and note.isPublic;',
    ['PARSE_FOREIGN_SYNTAX 1:52'],
    'Polar has no regular expressions; write `text.startsWith("…")` or `text.includes("…")`',
  ],
  [
    'allow(user: User, "read", note: Note) if $user.id = 1 and note.isPublic;',
    ['PARSE_FOREIGN_SYNTAX 1:42'],
    'write the name of a variable without a sign',
  ],
  [
    'allow(user: User, "read", note: Note) if user.id = 1 and note.isPublic',
    ['PARSE_MISSING_SEMICOLON 1:71'],
    'expected `;` at the end of the rule',
  ],
  [
    'allow(User, read, Note) :- owner(User, Note).\nowner(User, Note) :- Note.ownerId = User.id.',
    [
      'PARSE_FOREIGN_SYNTAX 1:25',
      'PARSE_VALUE_EXPECTED 1:28',
      'PARSE_FOREIGN_SYNTAX 1:45',
      'PARSE_FOREIGN_SYNTAX 2:19',
      'PARSE_FOREIGN_SYNTAX 2:44',
    ],
    'write `if`',
  ],
  [
    '// one\nallow(u: User, "read", n: Note) if u.id = n.ownerId; // two\n// three\n\n// four\nallow(u: User, "write", n: Note) if u.id = n.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1', 'PARSE_FOREIGN_SYNTAX 2:54'],
    'write `#`',
  ],
  [
    'permit (\n  principal in Role::"admin",\n  action in [Action::"read", Action::"write"],\n  resource\n);\nforbid (\n  principal,\n  action,\n  resource\n) unless {\n  principal.mfa == true && resource.public\n};\nallow(u: User, "read", n: Note) if u.id == n.ownerId and n.isPublik;',
    ['PARSE_FOREIGN_SYNTAX 1:1', 'PARSE_FOREIGN_SYNTAX 6:1', 'CHECK_UNKNOWN_FIELD 13:60'],
    'this looks like Cedar; write `allow(actor, action, resource) if condition;`',
  ],
  [
    'allow if {\n  input.user.id == input.note.ownerId\n}\n\nallow if {\n  input.user.admin\n}',
    ['PARSE_FOREIGN_SYNTAX 1:1', 'PARSE_FOREIGN_SYNTAX 5:1'],
    'write the arguments in parentheses: `allow(actor, action, resource) if condition;`',
  ],
  [
    "allow(u: User, \"read\", n: Note) if u.role IN ('a', 'b') and n.isPublic;",
    [
      'PARSE_FOREIGN_SYNTAX 1:43',
      'PARSE_FOREIGN_SYNTAX 1:47',
      'PARSE_FOREIGN_SYNTAX 1:50',
      'PARSE_FOREIGN_SYNTAX 1:52',
    ],
    'write `in`',
  ],
  [
    'allow(u: User, "read", n: Note) if u.role in ("a", "b") and n.isPublic;',
    ['PARSE_FOREIGN_SYNTAX 1:50'],
    'a list is in brackets: `[first, second]`; conditions are joined with `and`',
  ],
  [
    'allow(u: User, "read", n: Note) if n.owner IS NULL and u.isAdmin;',
    ['PARSE_FOREIGN_SYNTAX 1:44'],
    'write `=`',
  ],
  [
    'allow(u: User, "read", n: Note) if n.title LIKE \'a%\' and u.isAdmin;',
    ['PARSE_FOREIGN_SYNTAX 1:44', 'PARSE_FOREIGN_SYNTAX 1:49'],
    'call a method of the string: `text.startsWith("…")` or `text.includes("…")`',
  ],
  [
    'allow(u: User, "read", n: Note) if n.title = f"x" and u.isAdmin;',
    ['PARSE_UNEXPECTED_TOKEN 1:47'],
    'expected `;` or an operator such as `and`, found the string "x"',
  ],
  [
    'type document\n  relations\n    define viewer: [user]',
    ['PARSE_UNEXPECTED_TOKEN 2:3'],
    'expected `(`, found `relations`',
  ],
  ['model\n  schema 1.1', ['PARSE_UNEXPECTED_TOKEN 2:10'], 'expected `{`, found `1.1`'],
  [
    'allow:\n  - read',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'write the arguments in parentheses: `allow(actor, action, resource) if condition;`',
  ],
  [
    'class User { id; }\nallow(u: User, "read", n: Note) if u.id = n.ownerId;',
    ['PARSE_FOREIGN_SYNTAX 1:1'],
    'types are classes or declarations of the application; pass them in the option `types`',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id = n.ownerId; allow(u: User, "write", n: Note) if u.id = n.ownerId and n.foo;',
    ['CHECK_UNKNOWN_FIELD 1:113'],
    '`Note` declares no field `foo`',
  ],
  [
    'allow(u: User, "read", n: Note)\n  if u.id = n.ownerId,\n     n.isPublic,\n     u.isAdmin;\nallow(_: User, "x", _: Nope);',
    ['PARSE_FOREIGN_SYNTAX 2:22', 'CHECK_UNKNOWN_SPECIALIZER 5:24'],
    'write `and`',
  ],
  [
    'allow(u: User, "read", n: Note) if (u.id = n.ownerId, n.isPublic);',
    ['PARSE_FOREIGN_SYNTAX 1:53'],
    'a list is in brackets: `[first, second]`; conditions are joined with `and`',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id = n.ownerId; and n.isPublic;',
    ['PARSE_UNEXPECTED_TOKEN 1:54'],
    'expected a rule such as `allow(actor, action, resource) if …;` or a block such as `resource Note { … }` (the',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id = n.ownerId\n  and n.isPublic;\n  or u.isAdmin;',
    ['PARSE_UNEXPECTED_TOKEN 3:3'],
    'expected a rule such as `allow(actor, action, resource) if …;` or a block such as `resource Note { … }` (the',
  ],
  [
    'allow(u: User, "read", n: Note) if u?.id = n?.ownerId;',
    ['CHECK_SINGLETON_VARIABLE 1:36', 'CHECK_SINGLETON_VARIABLE 1:44'],
    'write `u.`',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id = n.owner?.id;',
    ['CHECK_UNKNOWN_FIELD 1:45', 'CHECK_OPTIONAL_CHAINING 1:45'],
    'did you mean `owner` or `ownerId`?',
  ],
  [
    'allow(u: User, "read", n: Note) if u.name = "ann” and n.isPublic;',
    ['PARSE_UNTERMINATED_STRING 1:45'],
    'write a line break in a string as `\\n`',
  ],
  [
    'resource Note { permissions = ["read"]; "read" if "owner" };',
    ['PARSE_MISSING_SEMICOLON 1:58', 'PARSE_UNEXPECTED_TOKEN 1:60'],
    'expected `;` at the end of the rule',
  ],
  [
    'actor User { }\nresource Note {\n  permissions = ["read"],\n  roles = ["owner"],\n  "read" if "owner",\n}',
    ['PARSE_UNEXPECTED_TOKEN 3:25'],
    'expected `;`, found `,`',
  ],
  [
    'allow(u: User, "read", n: Note) { u.id == n.ownerId }\nallow(u: User, "write", n: Note) if u.id == n.ownerID;',
    ['PARSE_FOREIGN_SYNTAX 1:33', 'CHECK_UNKNOWN_FIELD 2:47'],
    'a rule has no braces; write `head if condition;`',
  ],
  [
    'allow(u: User, "read", n: Note) if u.groups.includes("x") and n.groups.length > 1;',
    ['CHECK_UNKNOWN_FIELD 1:65'],
    '`Note` declares no field `groups`',
  ],
  ['allow(u: User, "read", n: Note) if !(u.id = n.ownerId);', ['PARSE_FOREIGN_SYNTAX 1:36'], 'write `not`'],
  [
    'allow(u: User, "read", n: Note) if not not u.isAdmin and n.isPublic;',
    ['PARSE_UNEXPECTED_TOKEN 1:40'],
    'expected something to negate (`not` cannot be repeated), found `not`',
  ],
  [
    'allow(u: User, "read", n: Note) if u.id = n.ownerId if u.isAdmin;',
    ['PARSE_UNEXPECTED_TOKEN 1:53'],
    'expected `;` or an operator such as `and`, found `if`',
  ],
  [
    'allow(u: User, "read", n: Note) if n.isPublic or u.id = n.ownerId or deny(u, n);\ndeny(u: User, n: Note) if u.id = n.id;',
    ['CHECK_DENIAL_GRANTS 1:70'],
    'to deny, write `not deny(…)`',
  ],
  [
    'allow(u: User, "read", n: Note) if n.owner = u or n.owner = none;',
    ['CHECK_SINGLETON_VARIABLE 1:61'],
    'use another variable of the rule, or write the string `"none"`',
  ],
  [
    'allow(_: User, READ, _: Note);',
    ['CHECK_SINGLETON_VARIABLE 1:16'],
    'an action is a string: did you mean `"READ"`?',
  ],
  [
    'allow(_: User, Action.READ, _: Note);',
    ['CHECK_SINGLETON_VARIABLE 1:16'],
    'add the type to the option `types`',
  ],
  [
    'allow(_: User, "read", note: note) if note.isPublic;',
    ['CHECK_UNKNOWN_SPECIALIZER 1:30'],
    'did you mean `Note`?',
  ],
  [
    'resource note { permissions = ["read"]; }\nallow(a, b, c) if has_permission(a, b, c);',
    ['CHECK_BLOCK_UNKNOWN_CLASS 1:10'],
    'did you mean `Note`?',
  ],
];

const diagnose = (policy: string) => checkPolicy([policy], { types });

describe('a mistake of a beginner', () => {
  it('has more than 120 examples here', () => {
    expect(mistakes.length).toBeGreaterThan(120);
  });

  it.each(mistakes)('gets its code, its place and advice: %j', (policy, found, phrase) => {
    const diagnostics = diagnose(policy);
    const places = diagnostics.map(({ code, line, column }) =>
      [code.replace('POLAR_', ''), ...(line === undefined ? [] : [`${line}:${column}`])].join(' '),
    );
    expect(places).toEqual(found);
    expect(diagnostics[0]!.message.replaceAll('\n', ' ')).toContain(phrase);
  });

  it('never gets the advice to start a name with an underscore', () => {
    for (const [policy] of mistakes)
      for (const { message } of diagnose(policy)) expect(message).not.toMatch(/`_[a-z]/i);
  });
});
