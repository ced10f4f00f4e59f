import { typed } from '../types/typed.js';
import type { Code } from './codes.js';

// cspell:ignore trimm

/** The corrected policy for each example of the page of errors. Some are a pair: the text to show, with `…`, and the whole policy. */
export const fixes: {
  readonly [C in Extract<Code, `POLAR_PARSE_${string}` | `POLAR_CHECK_${string}`>]:
    | string
    | readonly [string, string];
} = {
  POLAR_PARSE_UNEXPECTED_TOKEN: 'allow(user: User, "read", _) if user.isAdmin;',
  POLAR_PARSE_UNEXPECTED_END: 'allow(user, "read", _) if user.isAdmin;',
  POLAR_PARSE_RESERVED_WORD: 'cut_off(x) if x = 1;',
  POLAR_PARSE_INVALID_CHARACTER: 'allow(_, "read", _) if true;',
  POLAR_PARSE_UNTERMINATED_STRING: 'allow(_, "read", _);',
  POLAR_PARSE_INTEGER_TOO_LARGE: 'limit("9007199254740993");',
  POLAR_PARSE_INVALID_NUMBER: 'limit(1000);',
  POLAR_PARSE_DUPLICATE_KEY: 'limit({a: 1, b: 2});',
  POLAR_PARSE_VALUE_EXPECTED: 'f(x) if owner(y, x) and y.id = 1; owner(y, x) if y = x.owner;',
  POLAR_PARSE_CONDITION_EXPECTED: 'f(x, action) if x = 1 and action = "read";',
  POLAR_PARSE_PARENTHESES_NEEDED: 'f(x) if (x + 1) in [1, 2];',
  POLAR_PARSE_FOREIGN_SYNTAX: 'f(x) if x.a and x.b;',
  POLAR_PARSE_MISSING_SEMICOLON: 'allow(_, "read", _);',
  POLAR_PARSE_TOO_DEEP: 'f(1);',
  POLAR_PARSE_TOO_MANY_PARAMETERS: 'f(_list);',
  POLAR_PARSE_CHAINED_COMPARISON: 'f(x) if 1 < x and x < 5;',

  POLAR_CHECK_SINGLETON_VARIABLE: 'allow(user: User, "read", _) if user.isAdmin;',
  POLAR_CHECK_FOREIGN_NAME: 'f(x) if x = nil;',
  POLAR_CHECK_CAPITAL_VARIABLE: 'f(x) if x < Clock.now();',
  POLAR_CHECK_TYPE_AS_INSTANCE: 'allow(user: User, "read", _) if user.isAdmin;',
  POLAR_CHECK_UNDEFINED_RULE: 'allow(u, "read", _) if is_owner(u); is_owner(_);',
  POLAR_CHECK_CALL_ARITY: 'allow(u, "read", r) if is_owner(u, r); is_owner(_, _);',
  POLAR_CHECK_CAPTURED_PARAMETER: 'allow(user: User, "read", _) if user.isAdmin;',
  POLAR_CHECK_AMBIGUOUS_PRECEDENCE: 'f(x) if x.a or (x.b and x.c);',
  POLAR_CHECK_UNKNOWN_SPECIALIZER: 'allow(_: User, "read", _);',
  POLAR_CHECK_NESTED_CLASS_NAME: 'allow(_, "read", _: Org{owner: User{}});',
  POLAR_CHECK_UNBOUND_NEGATION: 'f(x) if y in x.b and not y in x.a;',
  POLAR_CHECK_MISSING_ALLOW_RULE: 'allow(u, "read", r) if is_owner(u, r); is_owner(_, _);',
  POLAR_CHECK_MISSING_HAS_PERMISSION: [
    'resource Repo { permissions = ["read"]; } allow(a, b, c) if has_permission(a, b, c); …',
    'resource Repo { permissions = ["read"]; } allow(a, b, c) if has_permission(a, b, c); actor User {} has_permission(_: User, "read", _: Repo);',
  ],
  POLAR_CHECK_FORWARDING_CYCLE: 'resource Repo { roles = ["a", "b"]; "a" if "b"; }',
  POLAR_CHECK_UNKNOWN_FIELD: 'allow(u: User, "read", _) if u.name = "ann";',
  POLAR_CHECK_BOTH_NIL: 'allow(u: User, "read", r: Repo) if r.teamId != nil and r.teamId = u.teamId;',
  POLAR_CHECK_COMPARED_WITHOUT_KEY: 'allow(u: User, "read", r: Repo) if r.owner.id = u.id;',
  POLAR_CHECK_NEGATED_RECURSION:
    'allow(u, "read", r) if not hidden(u, r); hidden(u, r) if r.isPrivate and not u.isAdmin;',
  POLAR_CHECK_UNKNOWN_ENUM_VALUE: 'allow(_, "read", r: Repo) if r.visibility = "public";',
  POLAR_CHECK_REFUSED_MEMBER: 'f(x) if x.prototype_id = 1;',
  POLAR_CHECK_UNKNOWN_CLASS: 'f(x) if x.amount = 1;',
  POLAR_CHECK_INVALID_RULE: 'allow(_: User, "read", _);',
  POLAR_CHECK_INVALID_RULE_TYPE: 'type f(x: User); f(_: User);',
  POLAR_CHECK_MISSING_REQUIRED_RULE: [
    'resource Repo { roles = ["owner"]; … } has_role(user: User, "owner", repo: Repo) if repo.ownerId = user.id;',
    'actor User {} resource Repo { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; } allow(a, b, c) if has_permission(a, b, c); has_role(user: User, "owner", repo: Repo) if repo.ownerId = user.id;',
  ],
  POLAR_CHECK_BLOCK_KEYWORD: 'resource Repo { roles = ["owner"]; }',
  POLAR_CHECK_BLOCK_DECLARATION: 'resource Repo { roles = ["owner"]; }',
  POLAR_CHECK_BLOCK_DECLARATION_FORM: 'resource Repo { relations = { owner: User }; }',
  POLAR_CHECK_BLOCK_REPEATED_DECLARATION: 'resource Repo { roles = ["a", "b"]; }',
  POLAR_CHECK_BLOCK_DUPLICATE_NAME: 'resource Repo { roles = ["a"]; permissions = ["b"]; "b" if "a"; }',
  POLAR_CHECK_BLOCK_UNKNOWN_CLASS: 'resource Repo {}',
  POLAR_CHECK_BLOCK_UNDECLARED_TERM:
    'resource Repo { permissions = ["read"]; roles = ["reader"]; "read" if "reader"; }',
  POLAR_CHECK_BLOCK_RELATED_UNDECLARED:
    'resource Repo { roles = ["r"]; relations = { org: Org }; "r" if "owner" on "org"; } resource Org { roles = ["owner"]; }',
  POLAR_CHECK_BLOCK_RELATED_MISSING:
    'resource Repo { roles = ["r"]; relations = { org: Org }; "r" if "owner" on "org"; } resource Org { roles = ["owner"]; }',
  POLAR_CHECK_BLOCK_ON_KEYWORD:
    'resource Repo { roles = ["r"]; relations = { org: Org }; "r" if "r" on "org"; } resource Org { roles = ["r"]; }',
  POLAR_CHECK_BLOCK_NOT_A_RELATION:
    'resource Repo { roles = ["r", "s"]; relations = { parent: Repo }; "r" if "s" on "parent"; }',
  POLAR_CHECK_ENTITY_KEY: '?= 1 != 2;',
  POLAR_CHECK_BLOCK_ANY_NAME:
    'resource Repo { roles = ["r"]; relations = { org: Org }; role if role on "org"; } resource Org { roles = ["r"]; }',
  POLAR_CHECK_BLOCK_NOT_A_BASE: 'resource Repo {} resource Org {}',
  POLAR_CHECK_BLOCK_GLOBAL_RELATION: 'resource Repo { relations = { org: Org }; }',
  POLAR_CHECK_ARGUMENT_ORDER: 'allow(_: User, "read", _: Repo);',
  POLAR_CHECK_UNLIKELY_ARGUMENT: 'allow(_: User, action, _) if action in ["read", "write"];',
  POLAR_CHECK_GRANTS_EVERYTHING: 'allow(user: User, _, _) if user.isAdmin;',
  POLAR_CHECK_DENIAL_GRANTS: 'allow(u, "read", _) if not denied(u); denied(u: User) if u.name = "eve";',
  POLAR_CHECK_UNDECLARED_NAME: [
    'has_role(_: User, "owner", _: Repo);',
    'actor User {} resource Repo { roles = ["owner"]; } has_role(_: User, "owner", _: Repo);',
  ],
  POLAR_CHECK_UNUSED_RULE:
    'allow(u: User, "read", _) if not forbidden(u); forbidden(u: User) if u.name = "eve";',
  POLAR_CHECK_NEVER_EQUAL: 'allow(u: User, "read", _) if u.id = 1;',
  POLAR_CHECK_NEVER_DECIDED: 'allow(u: User, "read", _) if u.id > 5;',
  POLAR_CHECK_FIELD_CALLED: 'allow(u: User, "read", _) if u.isAdmin;',
  POLAR_CHECK_ASSIGNED_TWICE: 'f(x) if y := 1 and y = x;',
  POLAR_CHECK_OPTIONAL_CHAINING: 'f(x) if x.owner != nil and x.owner.id = 1;',
  POLAR_CHECK_NOT_A_COLLECTION: 'allow(u: User, "read", _) if "admin" in u.groups;',
  POLAR_CHECK_KEYWORD_ARGUMENTS: 'f(x) if x.find(1);',
};

/** For each undecided condition a rule, an argument of it that is undecided, and the corrected rule. */
export const undecidedExamples: {
  readonly [C in Extract<Code, `POLAR_UNDECIDED_${string}`>]: readonly [
    rule: string,
    argument: unknown,
    fix: string,
  ];
} = {
  POLAR_UNDECIDED_ATTRIBUTE_OF_NIL: [
    'f(x) if x.owner.id = 1;',
    { owner: null },
    'f(x) if x.owner != nil and x.owner.id = 1;',
  ],
  POLAR_UNDECIDED_MISSING_ATTRIBUTE: [
    'f(x) if x.isPubic = true;',
    { isPublic: true },
    'f(x) if x.isPublic = true;',
  ],
  POLAR_UNDECIDED_MISSING_METHOD: ['f(x) if x.trimm() = "a";', 'a', 'f(x) if x.trim() = "a";'],
  POLAR_UNDECIDED_ARGUMENT: [
    'f(x) if "a/b".startsWith(x.root);',
    { root: null },
    'f(x) if x.root != nil and "a/b".startsWith(x.root);',
  ],
  POLAR_UNDECIDED_FIELD_TYPE: [
    'f(x: Document) if x.size != 7;',
    typed('Document', { size: '7', title: 'a' }),
    'f(x: Document) if x.title != "b";',
  ],
  POLAR_UNDECIDED_RELATION: [
    'f(x: Document) if x.owner != 7;',
    typed('Document', { owner: 7, ownerId: 7 }),
    'f(x: Document) if x.ownerId != 7;',
  ],
  POLAR_UNDECIDED_KEY: ['f(x) if k = 1 and x.(k) = 2;', { one: 2 }, 'f(x) if k = "one" and x.(k) = 2;'],
  POLAR_UNDECIDED_ORDER: ['f(x) if x.size < 5;', { size: null }, 'f(x) if x.size != nil and x.size < 5;'],
  POLAR_UNDECIDED_CONDITION: [
    'f(x) if x.visibility;',
    { visibility: 'public' },
    'f(x) if x.visibility = "public";',
  ],
  POLAR_UNDECIDED_ARITHMETIC: ['f(x) if x.size + 1 = 2;', { size: '1' }, 'f(x) if x.size = "1";'],
  POLAR_UNDECIDED_DIVISION_BY_ZERO: [
    'f(x) if 10 / x.parts = 5;',
    { parts: 0 },
    'f(x) if x.parts != 0 and 10 / x.parts = 5;',
  ],
  POLAR_UNDECIDED_UNSAFE_INTEGER: [
    'f(x) if x.size * 2 > 10;',
    { size: 4_503_599_627_370_496 },
    'f(x) if x.size > 5;',
  ],
  POLAR_UNDECIDED_NOT_ITERABLE: ['f(x) if 1 in x.tags;', { tags: 5 }, 'f(x) if x.tags = 1;'],
  POLAR_UNDECIDED_PATTERN: [
    'f(x) if not x matches {isPrivate: true};',
    { isPublic: true },
    'f(x) if x.isPublic = true;',
  ],
};
