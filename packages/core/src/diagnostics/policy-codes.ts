import { didYouMean, nearNames, orListed } from '../internal/near-names.js';
import { listed } from './fault-codes.js';
import { singletonText } from './singleton-text.js';

/** A character for a message; one that nobody would see there by its number. */
const printable = (character: string): string =>
  /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)
    ? JSON.stringify(character)
    : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

/** The head of a rule, without the `{}` of patterns that ask for no field. */
const shortRule = (text: string): string =>
  text
    .replace(/ if .*$/s, '')
    .replace(/;$/, '')
    .replaceAll('{}', '');

/** ``; did you mean `"owner"`?`` or nothing. */
function quotedNear(name: string, known: readonly string[]): string {
  const near = nearNames(name, known).map((each) => JSON.stringify(each));
  return near.length === 0 ? '' : `; did you mean ${orListed(near)}?`;
}

/** Rules that blocks speak about, and what a policy without such a rule lacks. */
const rulesOfBlocks: Readonly<Record<string, string>> = {
  has_permission:
    ', so no permission is granted; say in a resource block what grants one, as in `"read" if "owner";`',
  has_role: ', so nobody has a role; write a rule `has_role(user: User, "owner", resource: …) if …;`',
  has_relation: ', so nothing is related; write a rule `has_relation(subject: …, "parent", object: …) if …;`',
};

/** What can be wrong with the text of a policy. */
export const policyCodes = {
  // ── parse ──
  POLAR_PARSE_UNEXPECTED_TOKEN: (p: { found: string; wanted: string }) =>
    `expected ${p.wanted}, found ${p.found}`,
  POLAR_PARSE_UNEXPECTED_END: (p: { wanted: string }) => `the text ends where ${p.wanted} is expected`,
  POLAR_PARSE_RESERVED_WORD: (p: { word: string }) =>
    `\`${p.word}\` is a reserved word of Polar and cannot be used here; use another name`,
  POLAR_PARSE_INVALID_CHARACTER: (p: { character: string }) =>
    `${printable(p.character)} is not a character of Polar`,
  POLAR_PARSE_UNTERMINATED_STRING: (_: object) =>
    'the string has no closing `"` in its line; a line break in a string is written `\\n`',
  POLAR_PARSE_INTEGER_TOO_LARGE: (p: { text: string }) =>
    `${p.text} is beyond ±(2^53 − 1), the integers that a JavaScript number holds exactly`,
  POLAR_PARSE_INVALID_NUMBER: (p: { text: string }) => `\`${p.text}\` is not a number`,
  POLAR_PARSE_DUPLICATE_KEY: (p: { key: string }) => `the key \`${p.key}\` appears twice`,
  POLAR_PARSE_VALUE_EXPECTED: (p: { found: string; isCall: boolean }) =>
    `\`${p.found}\` is a condition, and a value is expected here${p.isCall ? '; a rule returns no value: call it as a condition of its own, and pass a variable for it to bind where a value is needed' : ''}`,
  POLAR_PARSE_CONDITION_EXPECTED: (p: { found: string }) =>
    `\`${p.found}\` is a value, and a condition is expected here`,
  POLAR_PARSE_PARENTHESES_NEEDED: (p: { operator: string; outer: string; instead: string }) =>
    `\`${p.operator}\` binds tighter than \`${p.outer}\`; write \`${p.instead}\``,
  POLAR_PARSE_FOREIGN_SYNTAX: (p: { found: string; instead: string | undefined; note: string | undefined }) =>
    [
      `\`${p.found}\` is not Polar`,
      ...(p.instead === undefined ? [] : [`write \`${p.instead}\``]),
      p.note ?? [],
    ]
      .flat()
      .join('; '),
  POLAR_PARSE_MISSING_SEMICOLON: (p: { what: string }) => `${p.what} ends here without a \`;\``,
  POLAR_PARSE_TOO_DEEP: (p: { limit: number }) => `the expression is nested more than ${p.limit} levels deep`,
  POLAR_PARSE_CHAINED_COMPARISON: (p: { operator: string }) =>
    `\`${p.operator}\` cannot be chained; join two comparisons with \`and\``,

  // ── checks: rules ──
  POLAR_CHECK_SINGLETON_VARIABLE: singletonText,
  POLAR_CHECK_FOREIGN_NAME: (p: { name: string; instead: string }) =>
    `\`${p.name}\` is a variable in Polar, and any value fits a variable; write \`${p.instead}\``,
  POLAR_CHECK_CAPITAL_VARIABLE: (p: { name: string; known: readonly string[] }) =>
    `no type or constant is named \`${p.name}\`, so it is a variable here, and any value fits it${didYouMean(p.name, p.known) || `; if it is a type, add it to the option \`types\`; if a variable is meant, start its name with a small letter`}`,
  POLAR_CHECK_TYPE_AS_INSTANCE: (p: { name: string; field: string | undefined }) => {
    const variable = p.name.charAt(0).toLowerCase() + p.name.slice(1);
    const use = p.field === undefined ? '' : ` and \`${variable}.${p.field}\``;
    return `\`${p.name}\` alone is the type itself, not one of its instances; for an instance write the parameter \`${variable}: ${p.name}\`${use}`;
  },
  POLAR_CHECK_UNDEFINED_RULE: (p: { name: string; known: readonly string[] }) =>
    `no rule is named \`${p.name}\`${didYouMean(p.name, p.known) || (rulesOfBlocks[p.name] ?? '')}`,
  POLAR_CHECK_CALL_ARITY: (p: { name: string; given: number; known: readonly number[] }) =>
    `\`${p.name}\` is called with ${p.given} ${p.given === 1 ? 'argument' : 'arguments'}; its rules take ${p.known.join(' or ')}, so this call never succeeds`,
  POLAR_CHECK_CAPTURED_PARAMETER: (p: { name: string }) =>
    `the parameter \`${p.name}\` is the name of a registered constant or class, which it would mean here; rename the parameter`,
  POLAR_CHECK_AMBIGUOUS_PRECEDENCE: (p: { inner: string; outer: string }) =>
    `Expression without parentheses could be ambiguous: \`${p.inner}\` inside \`${p.outer}\`; put it in parentheses`,
  POLAR_CHECK_UNKNOWN_SPECIALIZER: (p: {
    name: string;
    suggestion: string | undefined;
    known: readonly string[];
    uses: number;
  }) =>
    `Unknown specializer ${p.name}: no type has this name, so it matches no value; ${
      p.suggestion === undefined
        ? didYouMean(p.name, p.known).slice(2) || 'add the type to the option `types`, or correct the name'
        : `did you mean \`${p.suggestion}\`?`
    }`,
  POLAR_CHECK_NESTED_CLASS_NAME: (p: { name: string }) =>
    `inside a pattern \`${p.name}\` is the class itself as a value; to match its instances write \`${p.name}{}\``,
  POLAR_CHECK_UNBOUND_NEGATION: (p: { name: string; form: string }) =>
    `nothing has bound \`${p.name}\` before this \`${p.form}\`, so it asks about every value at once; bind \`${p.name}\` first`,
  POLAR_CHECK_MISSING_ALLOW_RULE: (_: object) =>
    'Your policy does not contain an allow rule: no `allow`, `allow_field` or `allow_request`, so nothing is allowed',
  POLAR_CHECK_MISSING_HAS_PERMISSION: (_: object) =>
    'the policy declares permissions, and no rule calls has_permission, so they grant nothing; add `allow(actor, action, resource) if has_permission(actor, action, resource);`',
  POLAR_CHECK_ARGUMENT_ORDER: (p: { name: string; place: 'actor' | 'action'; type: string }) =>
    p.place === 'action'
      ? `the second argument of \`${p.name}\` is the action, and here it is a \`${p.type}\`; the order is \`${p.name}(actor, action, resource${p.name === 'allow' ? '' : ', field'})\``
      : `the first argument of \`${p.name}\` is the actor, and here it is a \`${p.type}\`, while the resource is a type of actors; the order is \`${p.name}(actor, action, resource${p.name === 'allow' ? '' : ', field'})\``,
  POLAR_CHECK_UNLIKELY_ARGUMENT: (p: { as: 'list' | 'wildcard' | 'type'; name: string }) => {
    switch (p.as) {
      case 'list':
        return `the second argument of \`${p.name}\` is one string, never a list; write \`action\` in its place, and \`action in […]\` in the body`;
      case 'wildcard':
        return '`"*"` matches the text "*" only; name the values that are meant, as in `action in ["read", "write"]`';
      case 'type':
        return `\`"${p.name}"\` matches the text "${p.name}" only; a type has no quotes: write \`: ${p.name}\``;
    }
  },
  POLAR_CHECK_GRANTS_EVERYTHING: (_: object) =>
    'this rule allows every action on everything for everybody, signed in or not; restrict the actor, the action or the resource (with the body `if true` this warning is not given)',
  POLAR_CHECK_DENIAL_GRANTS: (p: { name: string }) =>
    `\`${p.name}\` is a condition like any other, so it grants where it holds; to deny, write \`not ${p.name}(…)\``,
  POLAR_CHECK_UNDECLARED_NAME: (p: {
    name: string;
    kind: 'role' | 'permission' | 'relation';
    type: string | undefined;
    known: readonly string[];
  }) =>
    `${p.type === undefined ? 'no block declares' : `the block of \`${p.type}\` does not declare`} the ${p.kind} ${JSON.stringify(p.name)}${
      p.known.length > 0
        ? `; did you mean ${orListed(p.known.map((name) => JSON.stringify(name)))}?`
        : `; declare it in \`${p.kind}s\`, or correct the name`
    }`,
  POLAR_CHECK_UNUSED_RULE: (p: {
    name: string;
    as: 'denial' | 'grant' | 'permission' | 'helper';
    near: readonly string[];
  }) => {
    switch (p.as) {
      case 'denial':
        return `no rule uses \`${p.name}\`, so it denies nothing: Polar has no deny rules; write \`not ${p.name}(…)\` in the rules that grant`;
      case 'grant':
        return `no rule uses \`${p.name}\`, so it grants nothing; did you mean \`${p.near[0] ?? 'allow'}\`?`;
      case 'permission':
        return 'no rule uses `has_permission`, so it grants nothing; add `allow(actor, action, resource) if has_permission(actor, action, resource);`';
      case 'helper':
        return `no rule uses \`${p.name}\`, and the authorizer asks \`allow\`, \`allow_field\` and \`allow_request\` only; use it in one of those, remove it, or name it in the option \`queries\` if the application queries it`;
    }
  },
  POLAR_CHECK_FORWARDING_CYCLE: (p: { names: readonly string[]; type: string }) =>
    `in \`${p.type}\` ${listed(p.names)} imply each other in a circle, so asking for one never ends`,
  POLAR_CHECK_UNKNOWN_FIELD: (p: { type: string; field: string; known: readonly string[] }) =>
    `\`${p.type}\` declares no field \`${p.field}\`${didYouMean(p.field, p.known)}`,
  POLAR_CHECK_NEVER_DECIDED: (p: {
    expression: string;
    left: string;
    leftType: string;
    right: string;
    rightType: string;
    as: 'order' | 'arithmetic';
  }) =>
    `\`${p.expression}\` is never decided: \`${p.left}\` is ${p.leftType} and \`${p.right}\` is ${p.rightType}, and ${
      p.as === 'order'
        ? 'only two numbers or two strings have an order'
        : 'arithmetic is for numbers (`text.concat("…")` joins texts)'
    }`,
  POLAR_CHECK_FIELD_CALLED: (p: { name: string; type: string }) =>
    `\`${p.name}\` is a field of \`${p.type}\` and not a method; write it without \`()\``,
  POLAR_CHECK_ASSIGNED_TWICE: (p: { name: string }) =>
    `\`${p.name}\` has a value before this \`:=\`, which gives a value to a new variable only; to compare, write \`=\``,
  POLAR_CHECK_OPTIONAL_CHAINING: (p: { name: string }) =>
    `\`${p.name}\` is the whole name of this attribute: Polar has no \`?.\`; write \`${p.name.slice(0, -1)}.\``,
  POLAR_CHECK_NEVER_EQUAL: (p: { left: string; leftType: string; right: string; rightType: string }) =>
    `\`${p.left}\` is ${p.leftType} and \`${p.right}\` is ${p.rightType}, and values of different types are never equal`,
  POLAR_CHECK_NOT_A_COLLECTION: (p: { item: string; collection: string; type: string }) =>
    `the right side of \`in\` must be a list, and \`${p.collection}\` is ${p.type}; the order is \`item in list\``,
  POLAR_CHECK_REFUSED_MEMBER: (p: { name: string }) => `policies may not reach \`${p.name}\``,
  POLAR_CHECK_UNKNOWN_CLASS: (p: { name: string; known: readonly string[] }) =>
    `no class is registered as \`${p.name}\`${
      p.name === 'Date'
        ? '; for the current time write `Clock.now()`'
        : didYouMean(p.name, p.known) || '; add it to the option `types`'
    }`,

  // ── checks: rule types ──
  POLAR_CHECK_INVALID_RULE: (p: {
    rule: string;
    reasons: readonly { type: string; reason: string }[];
    hint: string | undefined;
  }) =>
    [
      `Invalid rule: \`${shortRule(p.rule)}\` does not fit ${p.reasons.length === 1 ? 'its rule type' : 'any of its rule types'}`,
      ...p.reasons.map((r) => `  \`${shortRule(r.type.replace(/^type /, ''))}\`: ${r.reason}`),
      ...(p.hint === undefined ? [] : [p.hint]),
    ].join('\n'),
  POLAR_CHECK_INVALID_RULE_TYPE: (p: { reason: string }) => `Invalid rule type: ${p.reason}`,
  POLAR_CHECK_MISSING_REQUIRED_RULE: (p: { ruleType: string }) =>
    `${p.ruleType.startsWith('has_role') ? 'roles are declared, and no rule says who has one' : 'a rule of a block relies on this relation, and no rule says what it relates'}; write \`${p.ruleType.replaceAll('{}', '').replace(/;$/, ' if …;')}\``,

  // ── checks: blocks ──
  POLAR_CHECK_BLOCK_KEYWORD: (p: { found: string | undefined }) =>
    `a block starts with \`actor\` or \`resource\`, found ${p.found === undefined ? 'neither' : `\`${p.found}\``}`,
  POLAR_CHECK_BLOCK_DECLARATION: (p: { name: string; form: 'list' | 'dictionary' }) =>
    p.form === 'list'
      ? `a block has no declaration \`${p.name}\`; a list is \`roles = ["…"];\` or \`permissions = ["…"];\``
      : `a block has no declaration \`${p.name}\`; a dictionary is \`relations = { name: Type };\``,
  POLAR_CHECK_BLOCK_DECLARATION_FORM: (p: { name: string; wanted: string; found: string }) =>
    `expected \`${p.name}\` to be a ${p.wanted}, found a ${p.found}; write \`${p.name} = ${p.found === 'list' ? '{ name: Type }' : '["…"]'};\``,
  POLAR_CHECK_BLOCK_REPEATED_DECLARATION: (p: { name: string; type: string }) =>
    `this block of \`${p.type}\` declares \`${p.name}\` twice; write one list`,
  POLAR_CHECK_BLOCK_DUPLICATE_NAME: (p: { name: string; type: string; was: string; now: string }) =>
    p.was === p.now
      ? `"${p.name}" is declared twice among the ${p.now}s of \`${p.type}\``
      : `"${p.name}" of \`${p.type}\` is declared as a ${p.was} and as a ${p.now}; give one of them another name`,
  POLAR_CHECK_BLOCK_UNKNOWN_CLASS: (p: { name: string; known: readonly string[] }) =>
    `Unregistered class: ${p.name}${didYouMean(p.name, p.known) || '; add it to the option `types`'}`,
  POLAR_CHECK_BLOCK_UNDECLARED_TERM: (p: { name: string; type: string; known: readonly string[] }) =>
    `the block of \`${p.type}\` declares no role, permission or relation "${p.name}"${quotedNear(p.name, p.known) || '; declare it, or correct the name'}`,
  POLAR_CHECK_BLOCK_RELATED_UNDECLARED: (p: {
    name: string;
    type: string;
    related: string;
    known: readonly string[];
  }) =>
    `this rule of \`${p.type}\` looks for "${p.name}" on a \`${p.related}\`, and the block of \`${p.related}\` declares no role, permission or relation of this name${quotedNear(p.name, p.known) || '; declare it there, or correct the name'}`,
  POLAR_CHECK_BLOCK_RELATED_MISSING: (p: { name: string; type: string; related: string; relation: string }) =>
    `this rule of \`${p.type}\` looks for "${p.name}" on "${p.relation}", which is a \`${p.related}\`, and \`${p.related}\` has no block; write \`resource ${p.related} { … }\` and declare "${p.name}" in it`,
  POLAR_CHECK_BLOCK_ON_KEYWORD: (p: { found: string }) => `expected \`on\`, found \`${p.found}\``,
  POLAR_CHECK_BLOCK_NOT_A_RELATION: (p: { name: string; type: string; kind: string }) =>
    `expected a relation of \`${p.type}\` after \`on\`, and "${p.name}" is a ${p.kind}; declare the relation in \`relations = { … };\``,
} as const satisfies Record<string, (data: never) => string>;
