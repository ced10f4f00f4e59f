import { withArticle } from '../internal/article.js';
import { didYouMean } from '../internal/near-names.js';

export const listed = (names: readonly string[]): string => names.map((n) => `\`${n}\``).join(', ');

const quoted = (texts: readonly string[]): string => texts.map((text) => JSON.stringify(text)).join(', ');

const placeOfPolicies =
  "correct the path, or start it at the module: new URL('./policy.polar', import.meta.url). A build into dist/ and a Docker image must copy the policies, too";

/** The errors that are not about the text of a policy: loading it, declaring types, calling the authorizer, and evaluating data. */
export const runtimeCodes = {
  // ── load ──
  POLAR_LOAD_FILE_NOT_FOUND: (p: { file: string; directory: string }) =>
    `cannot find the policy file ${p.file} from the working directory ${p.directory}; ${placeOfPolicies}`,
  POLAR_LOAD_NO_FILE_MATCHES: (p: { pattern: string; directory: string }) =>
    `no file matches the pattern ${p.pattern} from the working directory ${p.directory}; ${placeOfPolicies}`,
  POLAR_LOAD_UNREADABLE: (p: { file: string; reason: string }) =>
    `cannot read the policy file ${p.file}: ${p.reason}`,
  POLAR_LOAD_FILE_EXTENSION: (p: { file: string }) =>
    `policy files must end in \`.polar\`, found ${p.file}; rename the file`,
  POLAR_LOAD_DUPLICATE_SOURCE: (p: { name: string; sameAs: string }) =>
    p.name === p.sameAs
      ? `${p.name} is loaded twice; load each file once`
      : `${p.name} has the same contents as ${p.sameAs}; remove one of them`,
  POLAR_LOAD_NO_FILES_HERE: (p: { file: string }) =>
    `cannot read ${p.file}: this entry of @nanook/core does not read files; pass { name, source } with its text, or import @nanook/core under Node`,
  POLAR_LOAD_NO_POLICY: (_: object) =>
    "expected at least one policy, but the option `policies` is empty; name a file, such as 'policy.polar'",
  POLAR_LOAD_CONSTRUCTOR: (_: object) =>
    "`new Authorizer(…)` does not load a policy; write `await Authorizer.load({ policies: 'policy.polar' })`",
  POLAR_LOAD_NOT_AWAITED: (p: { member: string }) =>
    `\`${p.member}\` was read from a promise, because \`Authorizer.load(…)\` was not awaited; write \`const authorizer = await Authorizer.load(…)\``,
  POLAR_LOAD_INLINE_QUERY_FAILED: (p: { query: string }) =>
    `the inline query \`${p.query}\` has no answer, so the policy is not loaded; correct the query or the rules`,
  POLAR_LOAD_CANDIDATE_EXISTS: (p: { policy: string }) =>
    `the authorizer has a candidate policy already, ${p.policy}; promote or discard it first`,
  POLAR_LOAD_CANDIDATE_ENDED: (p: { end: string }) =>
    `the candidate policy was ${p.end}, so it has ended; load a candidate with \`loadCandidate\``,
  POLAR_LOAD_PINNED: (_: object) =>
    'a view of a policy cannot load another one; use the authorizer that `pinned` was called on for `reload` and `loadCandidate`',
  POLAR_LOAD_NOT_COMPILED: (p: { why: string }) =>
    `this cannot be compiled ahead of time, because it has ${p.why}; load the policy with \`Authorizer.load\` instead`,
  POLAR_LOAD_MODULE_FORMAT: (p: { found: string; advice: string }) =>
    `expected a policy that this version of @nanook/core compiled, found ${p.found}; ${p.advice}`,
  POLAR_LOAD_MODULE_MISMATCH: (p: { name: string; compiled: string; given: string }) =>
    `${p.name} has changed since the policy was compiled: it was ${p.compiled} and is now ${p.given}; compile the policy again`,

  // ── filters ──
  POLAR_FILTER_UNTRANSLATABLE: (p: { construct: string; instead: string; rule: string }) =>
    `a filter cannot express ${p.construct}, in a rule of \`${p.rule}\`; ${p.instead}`,
  POLAR_FILTER_TOO_LARGE: (p: { limit: number }) =>
    `the filter has more than ${p.limit.toLocaleString('en-US')} parts; write the policy with fewer alternatives`,
  POLAR_FILTER_NOT_CLASSIC: (p: { construct: string }) =>
    `the classic form of a filter, joins and alternatives, cannot express ${p.construct}; print the condition with an adapter of ` +
    `@nanook/orm instead`,
  POLAR_FILTER_NO_FIELDS: (p: { type: string }) =>
    `rows of \`${p.type}\` cannot be filtered, because the type declares no fields; declare its columns in \`fields\``,

  // ── lists: list() and count() ──
  POLAR_LIST_NO_ADAPTER: (_: object) =>
    `the authorizer cannot list rows, because it has no database; pass an adapter of @nanook/orm in the option \`resources\`, such as ` +
    `drizzleResources(db, tables)`,
  POLAR_LIST_NO_KEY: (p: { type: string }) =>
    `rows of \`${p.type}\` cannot be listed, because the type declares no \`key\`; declare the fields that identify a row`,
  POLAR_LIST_CURSOR: (p: { reason: string }) =>
    `the cursor \`after\` is invalid: ${p.reason}; start again with the first page`,
  POLAR_LIST_ROW: (p: { type: string; field: string; declared: string; found: string }) =>
    `a row of \`${p.type}\` has ${p.found} in \`${p.field}\`, which is declared as ${p.declared}, so no row can be found by this value; ` +
    `correct the declaration, or sort by another field`,
  POLAR_LIST_FIELD: (p: {
    type: string;
    field: string;
    action: string;
    option: string;
    rows: 'no' | 'not every';
  }) =>
    `\`${p.option}\` cannot use the field \`${p.field}\` of \`${p.type}\`, because the actor may ${JSON.stringify(p.action)} it on ` +
    `${p.rows} listed row; use another field, or allow it in a rule \`allow_field\``,
  POLAR_LIST_HIDDEN_KEY: (p: { type: string; field: string; action: string }) =>
    `rows of \`${p.type}\` cannot be listed with the option \`fields\`, because the actor may not ${JSON.stringify(p.action)} the key ` +
    `\`${p.field}\` on every listed row; allow the key in a rule \`allow_field\``,

  // ── rows that are not written yet ──
  POLAR_DRAFT_VALUE: (p: { type: string; field: string | undefined; reason: string }) =>
    `a row of \`${p.type}\` cannot have these values: ${p.field === undefined ? 'they' : `\`${p.field}\``} ${p.reason}`,
  POLAR_DRAFT_EXISTS: (p: { type: string }) =>
    `a row of \`${p.type}\` with this key exists; leave out the key of a new row, or change the row with \`authorizeChange\``,

  // ── declarations and options ──
  POLAR_TYPE_RESERVED_NAME: (p: { name: string }) =>
    `\`${p.name}\` is a built-in name and cannot be registered; choose another name`,
  POLAR_TYPE_INVALID_NAME: (p: { name: string }) =>
    `${JSON.stringify(p.name)} is not a name that a policy can write; use letters, digits and \`_\`, and no reserved word`,
  POLAR_TYPE_NOT_A_CLASS: (p: { name: string; found: string; advice: string }) =>
    `the type \`${p.name}\` must be a class or a type declaration, found ${p.found}; ${p.advice}`,
  POLAR_TYPE_DUPLICATE: (p: { name: string; other: string }) =>
    p.name === p.other
      ? `\`${p.name}\` is registered twice; give each type and constant its own name`
      : `one class is registered as both \`${p.other}\` and \`${p.name}\`; keep one of the names`,
  POLAR_TYPE_INVALID_DECLARATION: (p: { name: string; reason: string }) =>
    `the declaration of the type \`${p.name}\` is invalid: ${p.reason}`,
  POLAR_TYPE_UNKNOWN_FIELD_TYPE: (p: {
    type: string;
    field: string;
    expected: string;
    known: readonly string[];
    advice: string;
  }) => `unknown type \`${p.expected}\` for the field \`${p.type}.${p.field}\`; ${p.advice}`,
  POLAR_TYPE_UNKNOWN_TYPE: (p: { name: string; known: readonly string[] }) =>
    `no type is registered as \`${p.name}\`${didYouMean(p.name, p.known) || '; add it to the option `types`'}`,
  POLAR_TYPE_INVALID_GRANTS: (p: {
    /** The first of the refused values. */
    found: string;
    /** All values that are not grantable permissions. */
    refused: readonly unknown[];
    grantable: readonly string[];
    /** Grantable permissions with a similar name. */
    near: readonly string[];
  }) => {
    const advice =
      p.grantable.length === 0
        ? 'list them in the policy: `grantable("read");`'
        : p.near.length > 0
          ? `did you mean ${quoted(p.near)}?`
          : `they are ${quoted(p.grantable)}`;
    return `expected a list of permissions that customers may grant, found ${p.found}; ${advice}`;
  },
  POLAR_TYPE_NOT_GRANTABLE: (p: {
    action: string;
    type: string | undefined;
    /** The kind of the resource; undefined for either. */
    resource: 'instance' | 'type' | undefined;
    /** Actions with a similar name that a rule can allow. */
    near: readonly string[];
  }) =>
    `no rule can allow ${JSON.stringify(p.action)}${
      p.type === undefined
        ? ''
        : p.resource === 'type'
          ? ` on the type ${p.type} itself`
          : ` on ${withArticle(`a ${p.type}`)}`
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

  // ── errors while a query runs: they end the query at once ──
  POLAR_RUN_UNDEFINED_RULE: (p: { name: string; known: readonly string[] }) =>
    `Query for undefined rule \`${p.name}\`${didYouMean(p.name, p.known)}`,
  POLAR_RUN_UNKNOWN_CLASS: (p: { name: string; known: readonly string[] }) =>
    `Unregistered class: ${p.name}${didYouMean(p.name, p.known)}`,
  POLAR_CHECK_KEYWORD_ARGUMENTS: (p: { name: string }) =>
    `\`${p.name}\` is called with keyword arguments, which JavaScript does not have; pass the values by position`,
  POLAR_RUN_UNKNOWN_TAG: (p: { tag: string; known: readonly string[] }) =>
    `a value is tagged typed('${p.tag}', …), but this authorizer has no type \`${p.tag}\`${didYouMean(p.tag, p.known) || '; add it to `types`'}`,
  POLAR_RUN_RELATED_ROWS: (p: { type: string }) =>
    `a row of \`${p.type}\` was listed with the option \`include\`, so it has only the related rows that the actor may read, and a check of ` +
    `it could be wrong; check the row by its key with \`one\`, or list it without \`include\``,
  POLAR_RUN_HOST_ERROR: (p: { origin: string; message: string }) => `${p.origin} threw: ${p.message}`,
  POLAR_RUN_REFUSED_MEMBER: (p: { name: string; on: string }) =>
    `policies cannot access \`${p.name}\` of ${p.on}: Nanook blocks this name, because it leads to the internals of JavaScript`,
  POLAR_RUN_UNREGISTERED_METHOD: (p: { name: string; on: string }) =>
    `cannot call \`${p.name}\` of ${p.on}: policies call only methods of registered types; add the class to the option \`types\``,
  POLAR_RUN_ALREADY_BOUND: (p: { name: string }) =>
    `Can only assign to unbound variables, ${p.name} is not unbound.`,
  POLAR_RUN_LARGE_INTEGER: (p: { value: string }) =>
    `the integer ${p.value} is beyond ±(2^53 − 1), so the application cannot receive it as a number`,
  POLAR_RUN_UNBOUND_ARGUMENT: (p: { callee: string }) =>
    `cannot call ${p.callee} with a variable that has no value; bind the variable before the call`,
  POLAR_RUN_UNBOUND_RECEIVER: (p: { name: string }) =>
    `cannot call the method \`${p.name}\` on a variable that has no value; bind the variable before the call`,
  POLAR_RUN_UNBOUND_KEY: (_: object) =>
    'an unbound variable can be used as a key only on a dictionary; bind the variable first',
  POLAR_RUN_STEP_LIMIT: (p: { limit: number }) =>
    `the query took more than ${p.limit} steps; look for endless recursion in the policy, or raise \`limits.maxSteps\``,
  POLAR_RUN_DEPTH_LIMIT: (p: { limit: number }) =>
    `the query recursed deeper than ${p.limit} levels; look for endless recursion in the policy, or raise \`limits.maxDepth\``,
  POLAR_RUN_SIZE_LIMIT: (p: { limit: number }) =>
    `the query built more than ${p.limit} characters and elements; build shorter texts and lists in the policy, or raise \`limits.maxSize\``,
  POLAR_RUN_TIMEOUT: (p: { limitMs: number }) =>
    `the query took longer than ${p.limitMs} ms; look for slow methods that the policy calls, or raise \`limits.timeoutMs\``,
  POLAR_RUN_ABORTED: (_: object) => 'the query was aborted by its `signal`',
  POLAR_RUN_PROMISE_IN_SYNC: (p: { origin: string }) =>
    `${p.origin} is a promise, and a synchronous check cannot wait for it; use the asynchronous method`,
  POLAR_RUN_TYPES_NOT_COMPILED: (p: { types: readonly string[] }) =>
    `a value has the types ${listed(p.types)} at the same time, and the policy was compiled ahead of time without this combination; load the policy with \`Authorizer.load\` instead`,
  POLAR_RUN_TAGGED_INSTANCE: (p: { type: string }) =>
    `\`typed\` gave an instance of \`${p.type}\` another type, which a policy compiled ahead of time does not support; remove \`typed\`, or load the policy with \`Authorizer.load\``,
  POLAR_RUN_UNHANDLED_CONSTRAINT: (p: { name: string; constraint: string }) =>
    `the answer depends on \`${p.name}\`, which is not bound: ${p.constraint}; bind it in the policy or in the query`,
  POLAR_RUN_UNEXPECTED_CONSTRAINT: (p: { name: string; constraint: string }) =>
    `\`${p.name}\` has no single value in this answer, only a constraint: ${p.constraint}; pass { acceptExpression: true } to get it`,
  POLAR_RUN_WILDCARD: (p: { method: string; variable: string }) =>
    `a rule allows any ${p.variable}, so ${p.method}() cannot list them; pass { allowWildcard: true } to get '*' instead`,
  POLAR_RUN_NO_SUCH_BINDING: (p: { name: string }) =>
    `the query has no variable \`${p.name}\`; correct the name in \`bindings\``,

  // ── undecided: the alternative fails, others can still grant ──
  POLAR_UNDECIDED_ATTRIBUTE_OF_NIL: (p: { name: string; value: string }) =>
    `cannot read \`${p.name}\` of ${p.value}`,
  POLAR_UNDECIDED_MISSING_ATTRIBUTE: (p: {
    name: string;
    on: string;
    known: readonly string[];
    /** Whether the attribute exists with the value `undefined`. */
    isUndefined?: boolean;
  }) =>
    p.isUndefined === true
      ? `\`${p.name}\` of ${p.on} is undefined, which counts as missing; load the value, set it to null, or declare the field optional`
      : `${p.on} has no attribute \`${p.name}\`${
          p.known.includes(p.name)
            ? ', which its type declares; load it with the row'
            : didYouMean(p.name, p.known)
        }`,
  POLAR_UNDECIDED_RELATION: (p: {
    name: string;
    /** The type that declares the relation. */
    on: string;
    /** The name of the related type. */
    expected: string;
    found: string;
    isMany: boolean;
    /** Whether `found` is an element of the list. */
    isElement: boolean;
  }) =>
    `the relation \`${p.name}\` of ${p.on} ${p.isElement ? 'contains' : 'holds'} ${withArticle(p.found)}, expected ${
      p.isMany ? `a list of rows of type ${p.expected}` : `a row of type ${p.expected}`
    }; load the related ${p.isMany ? 'rows' : 'row'} (with Mongoose: \`populate\` the path)`,
  POLAR_UNDECIDED_FIELD_TYPE: (p: {
    name: string;
    /** The type that declares the field. */
    on: string;
    /** The declared type of the field, or of its elements. */
    expected: string;
    /** The value, as a policy shows it; the kind of the value of a secret field. */
    found: string;
    /** Whether `found` is an element of the list. */
    isElement: boolean;
    advice: string;
  }) =>
    `\`${p.name}\` of ${p.on} ${p.isElement ? `contains ${p.found}, and its elements are` : `is ${p.found}, and it is`} declared as ${p.expected}${p.advice}`,
  POLAR_UNDECIDED_MISSING_METHOD: (p: { name: string; on: string; known: readonly string[] }) =>
    `${p.on} has no method \`${p.name}\`${didYouMean(p.name, p.known)}`,
  POLAR_UNDECIDED_ARGUMENT: (p: { name: string; expected: string; found: string }) =>
    `\`${p.name}\` expects ${p.expected}, found ${p.found}; ${
      p.found.startsWith('nil') ? 'test that the value is not nil before the call' : 'correct the call'
    }`,
  POLAR_UNDECIDED_KEY: (p: { key: string; on: string }) =>
    `cannot read an attribute of ${p.on} by the key ${p.key}; a key must be a string, or an index of a list`,
  POLAR_UNDECIDED_ORDER: (p: { left: string; operator: string; right: string; advice: string }) =>
    `\`${p.left} ${p.operator} ${p.right}\` has no answer: only two numbers, two Dates or two strings have an order${p.advice}`,
  POLAR_UNDECIDED_CONDITION: (p: { value: string; advice: string }) =>
    `${p.value} is neither true nor false, so it cannot be used as a condition${p.advice}`,
  POLAR_UNDECIDED_ARITHMETIC: (p: { left: string; operator: string; right: string }) =>
    `\`${p.left} ${p.operator} ${p.right}\` has no result: arithmetic needs two numbers`,
  POLAR_UNDECIDED_DIVISION_BY_ZERO: (p: { left: string; operator: string }) =>
    `\`${p.left} ${p.operator} 0\` has no result; test that the divisor is not 0`,
  POLAR_UNDECIDED_UNSAFE_INTEGER: (p: { left: string; operator: string; right: string }) =>
    `the result of \`${p.left} ${p.operator} ${p.right}\` is beyond ±(2^53 − 1), the range in which JavaScript numbers hold integers exactly`,
  POLAR_UNDECIDED_NOT_ITERABLE: (p: { value: string }) =>
    `the right side of \`in\` must be a list or another iterable value, found ${p.value}`,
  POLAR_UNDECIDED_PATTERN: (p: { name: string; on: string }) =>
    `a pattern under a negation tests \`${p.name}\`, which ${p.on} does not have, so the negation is undecided`,
} as const satisfies Record<string, (data: never) => string>;
