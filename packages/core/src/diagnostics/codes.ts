import { didYouMean } from '../internal/near-names.js';

const list = (names: readonly string[]): string => names.map((n) => `\`${n}\``).join(', ');

/** A character for a message; one that nobody would see there by its number. */
const printable = (character: string): string =>
  /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)
    ? JSON.stringify(character)
    : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

/**
 * Every code and its text. Codes are public API: never renamed, never reused.
 * PARSE: the text is no Polar · CHECK: the policy makes no sense · LOAD: it cannot be got at · TYPE: a declaration or an
 * option is wrong · RUN: met while deciding · UNDECIDED: the data cannot decide (docs/reference/undecided.md).
 */
export const codes = {
  // ── parse ──
  POLAR_PARSE_UNEXPECTED_TOKEN: (p: { found: string; wanted: string }) =>
    `expected ${p.wanted}, found ${p.found}`,
  POLAR_PARSE_UNEXPECTED_END: (p: { wanted: string }) => `the text ends where ${p.wanted} is expected`,
  POLAR_PARSE_RESERVED_WORD: (p: { word: string }) =>
    `\`${p.word}\` is a reserved word of Polar and cannot be used here`,
  POLAR_PARSE_INVALID_CHARACTER: (p: { character: string }) =>
    `${printable(p.character)} is not a character of Polar`,
  POLAR_PARSE_UNTERMINATED_STRING: (_: object) =>
    'the string is not closed before the end of its line; a line break in it is written `\\n`',
  POLAR_PARSE_INTEGER_TOO_LARGE: (p: { text: string }) =>
    `${p.text} is beyond ±(2^53 − 1), the integers that a JavaScript number holds exactly`,
  POLAR_PARSE_INVALID_NUMBER: (p: { text: string }) => `\`${p.text}\` is not a number`,
  POLAR_PARSE_DUPLICATE_KEY: (p: { key: string }) => `the key \`${p.key}\` appears twice`,
  POLAR_PARSE_VALUE_EXPECTED: (p: { found: string; isCall: boolean }) =>
    `\`${p.found}\` is a condition, and a value is expected here${p.isCall ? '; a rule returns no value: pass a variable for it to bind' : ''}`,
  POLAR_PARSE_CONDITION_EXPECTED: (p: { found: string }) =>
    `\`${p.found}\` is a value, and a condition is expected here`,
  POLAR_PARSE_PARENTHESES_NEEDED: (p: { operator: string; outer: string; instead: string }) =>
    `\`${p.operator}\` binds tighter than \`${p.outer}\`; write \`${p.instead}\``,
  POLAR_PARSE_FOREIGN_SYNTAX: (p: { found: string; instead: string }) =>
    `\`${p.found}\` is not Polar; write \`${p.instead}\``,
  POLAR_PARSE_TOO_DEEP: (p: { limit: number }) => `the expression is nested more than ${p.limit} levels deep`,
  POLAR_PARSE_CHAINED_COMPARISON: (p: { operator: string }) =>
    `\`${p.operator}\` cannot be chained; join two comparisons with \`and\``,

  // ── load ──
  POLAR_LOAD_FILE_NOT_FOUND: (p: { file: string }) => `no policy file ${p.file}`,
  POLAR_LOAD_NO_FILE_MATCHES: (p: { pattern: string }) => `no file matches ${p.pattern}`,
  POLAR_LOAD_UNREADABLE: (p: { file: string; reason: string }) => `cannot read ${p.file}: ${p.reason}`,
  POLAR_LOAD_FILE_EXTENSION: (p: { file: string }) =>
    `a policy file is named \`*.polar\`, this one ${p.file}`,
  POLAR_LOAD_DUPLICATE_SOURCE: (p: { name: string; sameAs: string }) =>
    p.name === p.sameAs ? `${p.name} is loaded twice` : `${p.name} has the same contents as ${p.sameAs}`,
  POLAR_LOAD_NO_FILES_HERE: (p: { file: string }) =>
    `${p.file} names a file, and this entry of @nanook/core reads none; pass { name, source } or import it under Node`,
  POLAR_LOAD_NO_POLICY: (_: object) => 'no policy is given: `policies` is empty',
  POLAR_LOAD_INLINE_QUERY_FAILED: (p: { query: string }) => `the inline query \`${p.query}\` has no answer`,

  // ── checks: rules ──
  POLAR_CHECK_SINGLETON_VARIABLE: (p: { name: string }) =>
    `variable \`${p.name}\` is used only once; rename it to \`_${p.name}\` if that is meant`,
  POLAR_CHECK_UNDEFINED_RULE: (p: { name: string; known: readonly string[] }) =>
    `no rule is named \`${p.name}\`${didYouMean(p.name, p.known)}`,
  POLAR_CHECK_CALL_ARITY: (p: { name: string; given: number; known: readonly number[] }) =>
    `\`${p.name}\` is called with ${p.given} ${p.given === 1 ? 'argument' : 'arguments'}; its rules take ${p.known.join(' or ')}, so this call never succeeds`,
  POLAR_CHECK_KEYWORD_ARGUMENTS: (p: { name: string }) =>
    `\`${p.name}\` is called with keyword arguments, which JavaScript does not have`,
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
    `Unknown specializer ${p.name}${p.suggestion === undefined ? didYouMean(p.name, p.known) : `, did you mean ${p.suggestion}?`}`,
  POLAR_CHECK_NESTED_CLASS_NAME: (p: { name: string }) =>
    `inside a pattern \`${p.name}\` is the class itself as a value; to match its instances write \`${p.name}{}\``,
  POLAR_CHECK_UNBOUND_NEGATION: (p: { name: string; form: string }) =>
    `nothing has bound \`${p.name}\` before this \`${p.form}\`, so it asks about every value at once; bind \`${p.name}\` first`,
  POLAR_CHECK_MISSING_ALLOW_RULE: (_: object) =>
    'Your policy does not contain an allow rule: no `allow`, `allow_field` or `allow_request`, so nothing is allowed',
  POLAR_CHECK_MISSING_HAS_PERMISSION: (_: object) =>
    'the policy declares resource blocks, and no rule calls has_permission; add `allow(actor, action, resource) if has_permission(actor, action, resource);`',
  POLAR_CHECK_FORWARDING_CYCLE: (p: { names: readonly string[]; type: string }) =>
    `in \`${p.type}\` ${list(p.names)} imply each other in a circle, so asking for one never ends`,
  POLAR_CHECK_UNKNOWN_FIELD: (p: { type: string; field: string; known: readonly string[] }) =>
    `\`${p.type}\` declares no field \`${p.field}\`${didYouMean(p.field, p.known)}`,
  POLAR_CHECK_REFUSED_MEMBER: (p: { name: string }) => `policies may not reach \`${p.name}\``,
  POLAR_CHECK_UNKNOWN_CLASS: (p: { name: string; known: readonly string[] }) =>
    `no class is registered as \`${p.name}\`${didYouMean(p.name, p.known)}`,

  // ── checks: rule types ──
  POLAR_CHECK_INVALID_RULE: (p: {
    rule: string;
    reasons: readonly { type: string; reason: string }[];
    hint: string | undefined;
  }) =>
    [
      `Invalid rule: ${p.rule} Must match one of the following rule types:`,
      ...p.reasons.map((r) => `\n${r.type}\n\tFailed to match because: ${r.reason}`),
      ...(p.hint === undefined ? [] : [`\n${p.hint}`]),
    ].join('\n'),
  POLAR_CHECK_INVALID_RULE_TYPE: (p: { reason: string }) => `Invalid rule type: ${p.reason}`,
  POLAR_CHECK_MISSING_REQUIRED_RULE: (p: { ruleType: string }) =>
    `Missing implementation for required rule ${p.ruleType}`,

  // ── checks: blocks ──
  POLAR_CHECK_BLOCK_KEYWORD: (p: { found: string | undefined }) =>
    `Expected 'actor' or 'resource' but found ${p.found === undefined ? 'nothing' : `'${p.found}'`}.`,
  POLAR_CHECK_BLOCK_DECLARATION: (p: { name: string; form: 'list' | 'dictionary' }) =>
    p.form === 'list'
      ? `Unexpected declaration '${p.name}'. Did you mean for this to be 'roles = [ ... ];' or 'permissions = [ ... ];'?`
      : `Unexpected declaration '${p.name}'. Did you mean for this to be 'relations = { ... };'?`,
  POLAR_CHECK_BLOCK_DECLARATION_FORM: (p: { name: string; wanted: string; found: string }) =>
    `Expected '${p.name}' declaration to be a ${p.wanted}; found a ${p.found}`,
  POLAR_CHECK_BLOCK_REPEATED_DECLARATION: (p: { name: string; type: string }) =>
    `Multiple '${p.name}' declarations in '${p.type}' resource block.`,
  POLAR_CHECK_BLOCK_DUPLICATE_NAME: (p: { name: string; type: string; was: string; now: string }) =>
    p.was === p.now
      ? `Duplicate declaration of "${p.name}" in the ${p.now}s of resource ${p.type}`
      : `Cannot overwrite existing ${p.was} declaration "${p.name}" in resource ${p.type} with ${p.now}`,
  POLAR_CHECK_BLOCK_UNKNOWN_CLASS: (p: { name: string; known: readonly string[] }) =>
    `Unregistered class: ${p.name}${didYouMean(p.name, p.known)}`,
  POLAR_CHECK_BLOCK_UNDECLARED_TERM: (p: { name: string; type: string }) =>
    `Undeclared term "${p.name}" referenced in rule in '${p.type}' resource block. Did you mean to declare it as a role, permission, or relation?`,
  POLAR_CHECK_BLOCK_RELATED_UNDECLARED: (p: { name: string; type: string; related: string }) =>
    `${p.type}: Term "${p.name}" not declared in related resource block '${p.related}'. Did you mean to declare it as a role, permission, or relation in the '${p.related}' resource block?`,
  POLAR_CHECK_BLOCK_RELATED_MISSING: (p: { name: string; type: string; related: string; relation: string }) =>
    `${p.type}: Relation "${p.relation}" in rule body \`"${p.name}" on "${p.relation}"\` has type '${p.related}', but no such resource block exists. Try declaring one: \`resource ${p.related} {}\``,
  POLAR_CHECK_BLOCK_ON_KEYWORD: (p: { found: string }) =>
    `Unexpected relation keyword '${p.found}'. Did you mean 'on'?`,
  POLAR_CHECK_BLOCK_NOT_A_RELATION: (p: { name: string; type: string; kind: string }) =>
    `"${p.name}" is a ${p.kind} of '${p.type}', and \`on\` wants a relation`,

  // ── declarations and options ──
  POLAR_TYPE_RESERVED_NAME: (p: { name: string }) => `\`${p.name}\` is built in and cannot be registered`,
  POLAR_TYPE_INVALID_NAME: (p: { name: string }) =>
    `${JSON.stringify(p.name)} is not a name that a policy can write`,
  POLAR_TYPE_NOT_A_CLASS: (p: { name: string }) =>
    `what is registered as \`${p.name}\` is neither a class nor a type declaration`,
  POLAR_TYPE_DUPLICATE: (p: { name: string; other: string }) =>
    p.name === p.other
      ? `\`${p.name}\` is registered twice`
      : `one class is registered as both \`${p.other}\` and \`${p.name}\``,
  POLAR_TYPE_INVALID_DECLARATION: (p: { name: string; reason: string }) =>
    `the type \`${p.name}\` is declared wrongly: ${p.reason}`,
  POLAR_TYPE_UNKNOWN_FIELD_TYPE: (p: {
    type: string;
    field: string;
    wanted: string;
    known: readonly string[];
  }) =>
    `the field \`${p.field}\` of \`${p.type}\` is declared as \`${p.wanted}\`, which is no known type${didYouMean(p.wanted, p.known)}`,
  POLAR_TYPE_UNKNOWN_TYPE: (p: { name: string; known: readonly string[] }) =>
    `no type is registered as \`${p.name}\`${didYouMean(p.name, p.known)}`,
  POLAR_TYPE_INVALID_OPTION: (p: { option: string; reason: string }) =>
    `the option \`${p.option}\` ${p.reason}`,
  POLAR_TYPE_NOT_AN_OBJECT: (p: { type: string }) => `only an object can be tagged as \`${p.type}\``,

  // ── faults while deciding: they end the question at once ──
  POLAR_RUN_UNDEFINED_RULE: (p: { name: string; known: readonly string[] }) =>
    `Query for undefined rule \`${p.name}\`${didYouMean(p.name, p.known)}`,
  POLAR_RUN_UNKNOWN_CLASS: (p: { name: string; known: readonly string[] }) =>
    `Unregistered class: ${p.name}${didYouMean(p.name, p.known)}`,
  POLAR_RUN_HOST_ERROR: (p: { what: string; message: string }) => `${p.what} threw: ${p.message}`,
  POLAR_RUN_REFUSED_MEMBER: (p: { name: string; on: string }) =>
    `policies may not reach \`${p.name}\` of ${p.on}`,
  POLAR_RUN_UNREGISTERED_METHOD: (p: { name: string; on: string }) =>
    `\`${p.name}\` of ${p.on} is not called: methods must belong to a registered type`,
  POLAR_RUN_ALREADY_BOUND: (p: { name: string }) =>
    `Can only assign to unbound variables, ${p.name} is not unbound.`,
  POLAR_RUN_UNBOUND_ARGUMENT: (p: { what: string }) =>
    `${p.what} would be called with a variable that has no value; unbound variables are never handed to host code`,
  POLAR_RUN_UNBOUND_RECEIVER: (p: { name: string }) =>
    `cannot call the method \`${p.name}\` on a variable that has no value`,
  POLAR_RUN_UNBOUND_KEY: (_: object) =>
    'a look-up by a variable that has no value works on dictionaries only',
  POLAR_RUN_STEP_LIMIT: (p: { limit: number }) => `the question took more than ${p.limit} steps`,
  POLAR_RUN_DEPTH_LIMIT: (p: { limit: number }) => `the policy recursed deeper than ${p.limit} levels`,
  POLAR_RUN_TIMEOUT: (p: { limitMs: number }) => `the question took longer than ${p.limitMs} ms`,
  POLAR_RUN_ABORTED: (_: object) => 'the question was aborted by its signal',
  POLAR_RUN_PROMISE_IN_SYNC: (p: { what: string }) =>
    `${p.what} is a promise, and a synchronous question cannot wait; use the asynchronous method`,
  POLAR_RUN_UNHANDLED_CONSTRAINT: (p: { name: string; constraint: string }) =>
    `the answer depends on \`${p.name}\`, which nothing has bound: ${p.constraint}`,
  POLAR_RUN_UNEXPECTED_CONSTRAINT: (p: { name: string; constraint: string }) =>
    `\`${p.name}\` has no single value in this answer, only a constraint: ${p.constraint}`,
  POLAR_RUN_WILDCARD: (p: { method: string; what: string }) =>
    `a rule allows any ${p.what}, so ${p.method}() cannot list them; pass { allowWildcard: true } to get '*' instead`,
  POLAR_RUN_NO_SUCH_BINDING: (p: { name: string }) => `the query has no variable \`${p.name}\``,

  // ── undecided: the alternative ends, others may still grant ──
  POLAR_UNDECIDED_ATTRIBUTE_OF_NIL: (p: { name: string; value: string }) =>
    `\`${p.name}\` is asked of ${p.value}`,
  POLAR_UNDECIDED_MISSING_ATTRIBUTE: (p: { name: string; on: string; known: readonly string[] }) =>
    `${p.on} has no attribute \`${p.name}\`${didYouMean(p.name, p.known)}`,
  POLAR_UNDECIDED_MISSING_METHOD: (p: { name: string; on: string; known: readonly string[] }) =>
    `${p.on} has no method \`${p.name}\`${didYouMean(p.name, p.known)}`,
  POLAR_UNDECIDED_KEY: (p: { key: string; on: string }) =>
    `${p.key} cannot be the key of an attribute of ${p.on}`,
  POLAR_UNDECIDED_ORDER: (p: { left: string; operator: string; right: string }) =>
    `\`${p.left} ${p.operator} ${p.right}\` has no answer: only two numbers or two strings have an order`,
  POLAR_UNDECIDED_CONDITION: (p: { value: string }) =>
    `${p.value} is neither true nor false, so it cannot be a condition`,
  POLAR_UNDECIDED_ARITHMETIC: (p: { left: string; operator: string; right: string }) =>
    `\`${p.left} ${p.operator} ${p.right}\` has no result: arithmetic is for numbers`,
  POLAR_UNDECIDED_DIVISION_BY_ZERO: (p: { left: string; operator: string }) =>
    `\`${p.left} ${p.operator} 0\` has no result`,
  POLAR_UNDECIDED_UNSAFE_INTEGER: (p: { left: string; operator: string; right: string }) =>
    `the result of \`${p.left} ${p.operator} ${p.right}\` is beyond ±(2^53 − 1), the integers that a JavaScript number holds exactly`,
  POLAR_UNDECIDED_NOT_ITERABLE: (p: { value: string }) =>
    `\`in\` needs something to iterate over, and ${p.value} is not`,
  POLAR_UNDECIDED_PATTERN: (p: { name: string; on: string }) =>
    `a pattern asks for \`${p.name}\`, which ${p.on} does not have, so what stands around it under a negation is undecided`,
} as const satisfies Record<string, (data: never) => string>;

export type Code = keyof typeof codes;
export type DataOf<C extends Code> = Parameters<(typeof codes)[C]>[0];

export const messageOf = <C extends Code>(code: C, data: DataOf<C>): string =>
  (codes[code] as (data: DataOf<C>) => string)(data);
