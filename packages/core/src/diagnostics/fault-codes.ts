import { didYouMean } from '../internal/near-names.js';

export const listed = (names: readonly string[]): string => names.map((n) => `\`${n}\``).join(', ');

/** What can be wrong with everything else: getting at a policy, types, options, questions and their data. */
export const faultCodes = {
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
  POLAR_LOAD_CONSTRUCTOR: (_: object) =>
    "`new Authorizer(…)` loads no policy; write `await Authorizer.load({ policies: 'policy.polar' })`",
  POLAR_LOAD_NOT_AWAITED: (p: { member: string }) =>
    `\`${p.member}\` is read from a promise of an authorizer; write \`const authorizer = await Authorizer.load(…)\``,
  POLAR_LOAD_INLINE_QUERY_FAILED: (p: { query: string }) => `the inline query \`${p.query}\` has no answer`,
  POLAR_LOAD_NOT_COMPILED: (p: { why: string }) =>
    `this cannot be compiled ahead: ${p.why}; load the policy with \`Authorizer.load\` instead`,
  POLAR_LOAD_MODULE_FORMAT: (p: { found: string; advice: string }) =>
    `expected a policy that this version of @nanook/core has compiled, found ${p.found}; ${p.advice}`,
  POLAR_LOAD_MODULE_MISMATCH: (p: { name: string; compiled: string; given: string }) =>
    `${p.name} is not what the policy was compiled for (then ${p.compiled}, now ${p.given}); compile it again`,

  // ── declarations and options ──
  POLAR_TYPE_RESERVED_NAME: (p: { name: string }) => `\`${p.name}\` is built in and cannot be registered`,
  POLAR_TYPE_INVALID_NAME: (p: { name: string }) =>
    `${JSON.stringify(p.name)} is not a name that a policy can write`,
  POLAR_TYPE_NOT_A_CLASS: (p: { name: string; found: string; advice: string }) =>
    `the type \`${p.name}\` must be a class or a type declaration, found ${p.found}; ${p.advice}`,
  POLAR_TYPE_DUPLICATE: (p: { name: string; other: string }) =>
    p.name === p.other
      ? `\`${p.name}\` is registered twice`
      : `one class is registered as both \`${p.other}\` and \`${p.name}\``,
  POLAR_TYPE_INVALID_DECLARATION: (p: { name: string; reason: string }) =>
    `the declaration of the type \`${p.name}\` is wrong: ${p.reason}`,
  POLAR_TYPE_UNKNOWN_FIELD_TYPE: (p: {
    type: string;
    field: string;
    wanted: string;
    known: readonly string[];
  }) =>
    `the field \`${p.field}\` of \`${p.type}\` is declared as \`${p.wanted}\`, which is not a known type${didYouMean(p.wanted, p.known)}`,
  POLAR_TYPE_UNKNOWN_TYPE: (p: { name: string; known: readonly string[] }) =>
    `no type is registered as \`${p.name}\`${didYouMean(p.name, p.known)}`,
  POLAR_TYPE_NOT_GRANTABLE: (p: {
    action: string;
    type: string | undefined;
    /** undefined for either */
    resource: 'instance' | 'type' | undefined;
    /** Actions that a rule can allow there. */
    near: readonly string[];
  }) =>
    `no rule can allow ${JSON.stringify(p.action)}${
      p.type === undefined ? '' : p.resource === 'type' ? ` on the type ${p.type} itself` : ` on a ${p.type}`
    }${p.near.length === 0 ? '' : `; did you mean ${p.near.map((name) => JSON.stringify(name)).join(' or ')}?`}`,
  POLAR_TYPE_INVALID_OPTION: (p: { option: string; reason: string }) =>
    `the option \`${p.option}\` ${p.reason}`,
  POLAR_TYPE_NOT_AN_OBJECT: (p: { type: string; found: string; advice: string }) =>
    `\`typed('${p.type}', row)\` expects a row or an instance, found ${p.found}; ${p.advice}`,
  POLAR_TYPE_INVALID_TAG: (p: { found: string; example: string }) =>
    `\`typed(type, row)\` expects the name of a type as its first argument, found ${p.found}; write ${p.example}`,
  POLAR_TYPE_INVALID_ARGUMENT: (p: { call: string; expected: string; found: string; advice?: string }) =>
    `\`${p.call}\` expects ${p.expected}, found ${p.found}${p.advice === undefined ? '' : `; ${p.advice}`}`,
  POLAR_TYPE_NOT_A_LIST: (p: { call: string; found: string; advice: string }) =>
    `\`${p.call}\` expects a list, found ${p.found}; ${p.advice}`,

  // ── faults while deciding: they end the question at once ──
  POLAR_RUN_UNDEFINED_RULE: (p: { name: string; known: readonly string[] }) =>
    `Query for undefined rule \`${p.name}\`${didYouMean(p.name, p.known)}`,
  POLAR_RUN_UNKNOWN_CLASS: (p: { name: string; known: readonly string[] }) =>
    `Unregistered class: ${p.name}${didYouMean(p.name, p.known)}`,
  POLAR_CHECK_KEYWORD_ARGUMENTS: (p: { name: string }) =>
    `\`${p.name}\` is called with keyword arguments, which JavaScript does not have`,
  POLAR_RUN_UNKNOWN_TAG: (p: { tag: string; known: readonly string[] }) =>
    `a value is tagged typed('${p.tag}', …), and this authorizer has no type \`${p.tag}\`${didYouMean(p.tag, p.known) || '; add it to `types`'}`,
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
  POLAR_RUN_SIZE_LIMIT: (p: { limit: number }) =>
    `the policy built more than ${p.limit} characters and elements; raise \`limits.maxSize\` if it needs them`,
  POLAR_RUN_TIMEOUT: (p: { limitMs: number }) => `the question took longer than ${p.limitMs} ms`,
  POLAR_RUN_ABORTED: (_: object) => 'the question was aborted by its signal',
  POLAR_RUN_PROMISE_IN_SYNC: (p: { what: string }) =>
    `${p.what} is a promise, and a synchronous question cannot wait; use the asynchronous method`,
  POLAR_RUN_TYPES_NOT_COMPILED: (p: { types: readonly string[] }) =>
    `a value is of the types ${listed(p.types)} at once, for which the policy was not compiled ahead`,
  POLAR_RUN_TAGGED_INSTANCE: (p: { type: string }) =>
    `\`typed\` gave an instance of \`${p.type}\` another type, which a policy that was compiled ahead does not expect`,
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
  POLAR_UNDECIDED_MISSING_ATTRIBUTE: (p: {
    name: string;
    on: string;
    known: readonly string[];
    /** Whether the attribute is there and its value is `undefined`. */
    isUndefined?: boolean;
  }) =>
    p.isUndefined === true
      ? `\`${p.name}\` of ${p.on} is undefined, which counts as missing; load the value, set it to null, or declare the field optional`
      : `${p.on} has no attribute \`${p.name}\`${didYouMean(p.name, p.known)}`,
  POLAR_UNDECIDED_MISSING_METHOD: (p: { name: string; on: string; known: readonly string[] }) =>
    `${p.on} has no method \`${p.name}\`${didYouMean(p.name, p.known)}`,
  POLAR_UNDECIDED_KEY: (p: { key: string; on: string }) =>
    `${p.key} cannot be the key of an attribute of ${p.on}`,
  POLAR_UNDECIDED_ORDER: (p: { left: string; operator: string; right: string; advice: string }) =>
    `\`${p.left} ${p.operator} ${p.right}\` has no answer: only two numbers, two Dates or two strings have an order${p.advice}`,
  POLAR_UNDECIDED_CONDITION: (p: { value: string; advice: string }) =>
    `${p.value} is neither true nor false, so it cannot be a condition${p.advice}`,
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
