import { didYouMean, nearNames, orListed } from '../internal/near-names.js';
import { isTimeName, isTypeOfFieldsOnly } from './foreign-type-names.js';
import { listed } from './runtime-codes.js';
import { singletonText } from './singleton-text.js';

/** Returns a character in quotes, and an invisible one as its number: `U+200B`. */
const printable = (character: string): string =>
  /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)
    ? JSON.stringify(character)
    : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

/** Returns the head of a rule, without the `{}` of patterns that test no field. */
const shortRule = (text: string): string =>
  text
    .replace(/ if .*$/s, '')
    .replace(/;$/, '')
    .replaceAll('{}', '');

/** Returns ``; did you mean `"owner"`?``, or an empty text when no known name is near. */
function quotedNear(name: string, known: readonly string[]): string {
  const near = nearNames(name, known).map((each) => JSON.stringify(each));
  return near.length === 0 ? '' : `; did you mean ${orListed(near)}?`;
}

/** The number of values that a message lists. */
const maxListed = 8;

/** Returns the first texts in quotes: `"draft", "final" and 3 more`. */
function firstOf(texts: readonly string[]): string {
  const first = texts.slice(0, maxListed).map((text) => JSON.stringify(text));
  const more = texts.length - first.length;
  return first.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Returns how to correct a literal that is compared with a value of another type; empty when there is none. */
function correctLiteral(p: Record<'left' | 'leftType' | 'right' | 'rightType', string>): string {
  const types = [p.leftType, p.rightType];
  if (types.includes('a Date')) return '; compare a date with another one, such as `Clock.now()`';
  const literal = [p.left, p.right].find((text) => /^"-?\d+(\.\d+)?"$/.test(text));
  const isNumber = types.some((type) => ['an Integer', 'a Float', 'a Decimal'].includes(type));
  return literal !== undefined && isNumber ? `; write the number \`${literal.slice(1, -1)}\`` : '';
}

/** Returns the correction of the name of a type that is not similar to a known name. */
const correctType = (name: string): string =>
  isTypeOfFieldsOnly(name)
    ? 'only a declared field has such a type: compare the field itself, as in `note.deadline < Clock.now()`'
    : 'add the type to the option `types`, or correct the name';

/** The consequence and the correction when a policy lacks one of the rules on which resource blocks rely. */
const rulesOfBlocks: Readonly<Record<string, string>> = {
  has_permission:
    ', so no permission is granted; grant permissions in a resource block, as in `"read" if "owner";`',
  has_role: ', so no actor has a role; write a rule `has_role(user: User, "owner", resource: …) if …;`',
  has_relation:
    ', so no resources are related; write a rule `has_relation(subject: …, "parent", object: …) if …;`',
};

/** The errors and warnings about the text of a policy. */
export const policyCodes = {
  // ── parse ──
  POLAR_PARSE_UNEXPECTED_TOKEN: (p: { found: string; expected: string }) =>
    `expected ${p.expected}, found ${p.found}`,
  POLAR_PARSE_UNEXPECTED_END: (p: { expected: string; isCut: boolean }) =>
    `expected ${p.expected}, but ${p.isCut ? 'the next statement begins' : 'the text ends here'}`,
  POLAR_PARSE_RESERVED_WORD: (p: { word: string }) =>
    `\`${p.word}\` is a reserved word of Polar and cannot be used here; use another name`,
  POLAR_PARSE_INVALID_CHARACTER: (p: { character: string }) =>
    `unexpected character ${printable(p.character)}; remove it`,
  POLAR_PARSE_UNTERMINATED_STRING: (_: object) =>
    'the string has no closing `"` on this line; write a line break in a string as `\\n`',
  POLAR_PARSE_INTEGER_TOO_LARGE: (p: { text: string }) =>
    `${p.text} is beyond ±(2^53 − 1), the range in which JavaScript numbers hold integers exactly`,
  POLAR_PARSE_INVALID_NUMBER: (p: { text: string }) =>
    `\`${p.text}\` is not a number; write one such as \`1000\`, \`2.5\` or \`1e3\``,
  POLAR_PARSE_DUPLICATE_KEY: (p: { key: string }) => `the key \`${p.key}\` appears twice; remove one of them`,
  POLAR_PARSE_VALUE_EXPECTED: (p: { found: string; isCall: boolean }) =>
    `expected a value, found the condition \`${p.found}\`${p.isCall ? '; a rule returns no value: call it as a separate condition with a variable that it binds' : ''}`,
  POLAR_PARSE_CONDITION_EXPECTED: (p: { found: string }) =>
    `expected a condition, found the value \`${p.found}\`; a condition is a comparison or a call of a rule`,
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
  POLAR_PARSE_MISSING_SEMICOLON: (p: { statement: string }) => `expected \`;\` at the end of ${p.statement}`,
  POLAR_PARSE_TOO_DEEP: (p: { limit: number }) =>
    `the expression is nested more than ${p.limit} levels deep; split it into several rules`,
  POLAR_PARSE_TOO_MANY_PARAMETERS: (p: { limit: number }) =>
    `the rule has more than ${p.limit} parameters; pass a list or a dictionary`,
  POLAR_PARSE_CHAINED_COMPARISON: (p: { operator: string }) =>
    `\`${p.operator}\` cannot be chained; join two comparisons with \`and\``,

  // ── checks: rules ──
  POLAR_CHECK_SINGLETON_VARIABLE: singletonText,
  POLAR_CHECK_FOREIGN_NAME: (p: { name: string; instead: string }) =>
    `\`${p.name}\` is a variable in Polar, which matches any value; write \`${p.instead}\``,
  POLAR_CHECK_CAPITAL_VARIABLE: (p: { name: string; known: readonly string[] }) =>
    `no type or constant is named \`${p.name}\`, so it is a variable, which matches any value${didYouMean(p.name, p.known) || '; add the type to the option `types`, or start the name of a variable with a small letter'}`,
  POLAR_CHECK_TYPE_AS_INSTANCE: (p: { name: string; field: string | undefined }) => {
    const variable = p.name.charAt(0).toLowerCase() + p.name.slice(1);
    const use = p.field === undefined ? '' : ` and \`${variable}.${p.field}\``;
    return `\`${p.name}\` is the type itself, not one of its instances; to match an instance, write the parameter \`${variable}: ${p.name}\`${use}`;
  },
  POLAR_CHECK_UNDEFINED_RULE: (p: { name: string; known: readonly string[] }) =>
    `no rule is named \`${p.name}\`${didYouMean(p.name, p.known) || (rulesOfBlocks[p.name] ?? '')}`,
  POLAR_CHECK_CALL_ARITY: (p: { name: string; given: number; known: readonly number[] }) =>
    `\`${p.name}\` is called with ${p.given} ${p.given === 1 ? 'argument' : 'arguments'}, but its rules take ${p.known.join(' or ')}, so this call never succeeds`,
  POLAR_CHECK_CAPTURED_PARAMETER: (p: { name: string }) =>
    `the parameter \`${p.name}\` has the name of a registered constant or class, so it would match only that value; rename the parameter`,
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
        ? didYouMean(p.name, p.known).slice(2) || correctType(p.name)
        : `did you mean \`${p.suggestion}\`?`
    }`,
  POLAR_CHECK_NESTED_CLASS_NAME: (p: { name: string }) =>
    `inside a pattern, \`${p.name}\` is the class itself as a value; to match its instances write \`${p.name}{}\``,
  POLAR_CHECK_UNBOUND_NEGATION: (p: { name: string; form: string }) =>
    `\`${p.name}\` is not bound before this \`${p.form}\`, so the condition is about every possible value; bind \`${p.name}\` first`,
  POLAR_CHECK_MISSING_ALLOW_RULE: (_: object) =>
    'Your policy does not contain an allow rule: it has no `allow`, `allow_field` or `allow_request`, so every check is denied',
  POLAR_CHECK_MISSING_HAS_PERMISSION: (_: object) =>
    'the policy declares permissions, but no rule calls `has_permission`, so they grant nothing; add `allow(actor, action, resource) if has_permission(actor, action, resource);`',
  POLAR_CHECK_ARGUMENT_ORDER: (p: { name: string; place: 'actor' | 'action'; type: string }) =>
    p.place === 'action'
      ? `expected the action as the second argument of \`${p.name}\`, found a value of the type \`${p.type}\`; the order is \`${p.name}(actor, action, resource${p.name === 'allow' ? '' : ', field'})\``
      : `expected the actor as the first argument of \`${p.name}\`, found a value of the type \`${p.type}\`, while the resource is an actor; the order is \`${p.name}(actor, action, resource${p.name === 'allow' ? '' : ', field'})\``,
  POLAR_CHECK_UNLIKELY_ARGUMENT: (p: { as: 'list' | 'wildcard' | 'type'; name: string }) => {
    switch (p.as) {
      case 'list':
        return `the second argument of \`${p.name}\` is a single string, not a list; write the parameter \`action\`, and \`action in […]\` in the body`;
      case 'wildcard':
        return '`"*"` matches only the text "*"; list the values, as in `action in ["read", "write"]`';
      case 'type':
        return `\`"${p.name}"\` matches only the text "${p.name}"; write a type without quotes: \`: ${p.name}\``;
    }
  },
  POLAR_CHECK_GRANTS_EVERYTHING: (_: object) =>
    'this rule allows every action on every resource for every actor, even for anonymous ones; restrict the actor, the action or the resource, or write the body `if true` to confirm the rule',
  POLAR_CHECK_DENIAL_GRANTS: (p: { name: string }) =>
    `\`${p.name}\` grants where it holds, as every condition does; to deny, write \`not ${p.name}(…)\``,
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
        return `no rule uses \`${p.name}\`, and the authorizer queries only \`allow\`, \`allow_field\` and \`allow_request\`; use it in one of those, remove it, or add its name to the option \`queries\` if the application queries it`;
    }
  },
  POLAR_CHECK_FORWARDING_CYCLE: (p: { names: readonly string[]; type: string }) =>
    `in \`${p.type}\`, ${listed(p.names)} imply each other in a circle, so each of them is the same as the others; remove one of these rules`,
  POLAR_CHECK_NEGATED_RECURSION: (p: {
    /** The predicate below the negation. */
    name: string;
    /** The predicates over which it leads back to the rule. */
    way: readonly string[];
  }) =>
    `the rule depends on its own negation: \`not ${p.name}\` leads back to it${p.way.length === 0 ? '' : ` over ${listed(p.way.slice(0, maxListed))}${p.way.length > maxListed ? ` and ${p.way.length - maxListed} more` : ''}`}, so that no order of the rules decides it; ` +
    `rewrite one of them without the negation`,
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
    `\`${p.expression}\` is never decided: \`${p.left}\` is ${p.leftType} and \`${p.right}\` is ${p.rightType}, but ${
      p.as === 'order'
        ? `only two numbers, two dates or two strings have an order${correctLiteral(p)}`
        : 'arithmetic needs two numbers (`text.concat("…")` joins texts)'
    }`,
  POLAR_CHECK_FIELD_CALLED: (p: { name: string; type: string }) =>
    `\`${p.name}\` is a field of \`${p.type}\`, not a method; write it without \`()\``,
  POLAR_CHECK_ASSIGNED_TWICE: (p: { name: string }) =>
    `\`${p.name}\` already has a value, and \`:=\` assigns only to a new variable; to compare, write \`=\``,
  POLAR_CHECK_OPTIONAL_CHAINING: (p: { name: string }) =>
    `Polar has no \`?.\`, so \`${p.name}\` is read as the name of the attribute; write \`${p.name.slice(0, -1)}.\``,
  POLAR_CHECK_NEVER_EQUAL: (p: { left: string; leftType: string; right: string; rightType: string }) =>
    `\`${p.left}\` is ${p.leftType} and \`${p.right}\` is ${p.rightType}, but values of different types are never equal${correctLiteral(p)}`,
  POLAR_CHECK_BOTH_NIL: (p: {
    left: string;
    right: string;
    operator: '=' | '!=' | 'in';
    guards: readonly string[];
  }) =>
    `\`${p.left}\` and ${p.operator === 'in' ? 'an element of ' : ''}\`${p.right}\` can both be nil, and ${
      p.operator === '!='
        ? 'nil differs from every other value, so this holds where only one has a value'
        : 'nil equals nil, so this holds where neither has a value'
    }; write \`${p.guards.map((guard) => `${guard} != nil and `).join('')}…\``,
  POLAR_CHECK_COMPARED_WITHOUT_KEY: (p: {
    left: string;
    right: string;
    type: string;
    key: string | undefined;
  }) =>
    `\`${p.left}\` and \`${p.right}\` are compared, but \`${p.type}\` declares no key, so two copies of one row can differ, and two rows can be equal; declare the field that identifies its rows, such as \`key: '${p.key ?? 'id'}'\``,
  POLAR_CHECK_UNKNOWN_ENUM_VALUE: (p: {
    of: string;
    as: 'value' | 'element';
    value: string;
    known: readonly string[];
  }) =>
    `${p.as === 'value' ? '' : 'an element of '}\`${p.of}\` is declared as one of ${firstOf(p.known)}, so it is never ${JSON.stringify(p.value)}${quotedNear(p.value, p.known) || '; correct the text, or add it to the declaration'}`,
  POLAR_CHECK_NOT_A_COLLECTION: (p: { item: string; collection: string; type: string }) =>
    `the right side of \`in\` must be a list, but \`${p.collection}\` is ${p.type}; the order is \`item in list\``,
  POLAR_CHECK_REFUSED_MEMBER: (p: { name: string }) =>
    `policies cannot access \`${p.name}\`: Nanook blocks this name, because it leads to the internals of JavaScript`,
  POLAR_CHECK_UNKNOWN_CLASS: (p: { name: string; known: readonly string[] }) =>
    `no class is registered as \`${p.name}\`${
      isTimeName(p.name)
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
    `${p.ruleType.startsWith('has_role') ? 'the policy declares roles, but no rule gives a role to an actor' : 'a rule of a block uses a relation, but no rule defines it'}; write \`${p.ruleType.replaceAll('{}', '').replace(/;$/, ' if …;')}\``,

  // ── checks: blocks ──
  POLAR_CHECK_BLOCK_KEYWORD: (p: { found: string | undefined }) =>
    `expected \`actor\` or \`resource\` before the block, found ${p.found === undefined ? 'neither' : `\`${p.found}\``}`,
  POLAR_CHECK_BLOCK_DECLARATION: (p: { name: string; form: 'list' | 'dictionary' }) =>
    p.form === 'list'
      ? `a block cannot declare \`${p.name}\`; write a list as \`roles = ["…"];\` or \`permissions = ["…"];\``
      : `a block cannot declare \`${p.name}\`; write a dictionary as \`relations = { name: Type };\``,
  POLAR_CHECK_BLOCK_DECLARATION_FORM: (p: { name: string; expected: string; found: string }) =>
    `expected \`${p.name}\` to be a ${p.expected}, found a ${p.found}; write \`${p.name} = ${p.found === 'list' ? '{ name: Type }' : '["…"]'};\``,
  POLAR_CHECK_BLOCK_REPEATED_DECLARATION: (p: { name: string; type: string }) =>
    `this block of \`${p.type}\` declares \`${p.name}\` twice; join the two declarations`,
  POLAR_CHECK_BLOCK_DUPLICATE_NAME: (p: { name: string; type: string; was: string; now: string }) =>
    p.was === p.now
      ? `"${p.name}" is declared twice among the ${p.now}s of \`${p.type}\`; remove one of them`
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
    `this rule of \`${p.type}\` looks for "${p.name}" on \`${p.related}\`, but the block of \`${p.related}\` declares no role, permission or relation of this name${quotedNear(p.name, p.known) || '; declare it there, or correct the name'}`,
  POLAR_CHECK_BLOCK_RELATED_MISSING: (p: { name: string; type: string; related: string; relation: string }) =>
    `this rule of \`${p.type}\` looks for "${p.name}" on "${p.relation}", which has the type \`${p.related}\`, but \`${p.related}\` has no block; write \`resource ${p.related} { … }\` and declare "${p.name}" in it`,
  POLAR_CHECK_BLOCK_ON_KEYWORD: (p: { found: string }) =>
    `expected \`on\`, found \`${p.found}\`; a rule about a related resource is \`"role" if "role" on "relation";\``,
  POLAR_CHECK_BLOCK_NOT_A_RELATION: (p: { name: string; type: string; kind: string }) =>
    `expected a relation of \`${p.type}\` after \`on\`, but "${p.name}" is a ${p.kind}; declare the relation in \`relations = { … };\``,
  POLAR_CHECK_ENTITY_KEY: (p: { name: string; type: string; keys: readonly string[] }) =>
    p.keys.length === 0
      ? `\`${p.name}\` needs the key of \`${p.type}\`, by which its objects are equal, but none is declared; declare \`${p.type}: { key: 'id' }\` in the option \`types\``
      : `\`${p.name}\` has one key, but \`${p.type}\` has the keys ${p.keys.join(', ')}; write a condition on each of them`,
  POLAR_CHECK_BLOCK_ANY_NAME: (p: { word: string; isInHead: boolean }) =>
    p.isInHead
      ? `expected a condition on the same \`${p.word}\` for a rule about any ${p.word}, found none; write \`${p.word} if ${p.word} on "relation";\``
      : `\`${p.word}\` is the ${p.word} of the head, but the head of this rule is another name; write \`${p.word} if ${p.word} on "relation";\`, or the name of the ${p.word} as a string`,
  POLAR_CHECK_BLOCK_NOT_A_BASE: (p: { type: string; base: string }) =>
    `expected a type that \`${p.type}\` extends, found \`${p.base}\`; declare \`${p.type}: { extends: '${p.base}' }\` in the option \`types\`, or extend the class`,
  POLAR_CHECK_BLOCK_GLOBAL_RELATION: (_: object) =>
    'the block `global` has no resource, and cannot declare relations; declare them in the block of a resource',
} as const satisfies Record<string, (data: never) => string>;
