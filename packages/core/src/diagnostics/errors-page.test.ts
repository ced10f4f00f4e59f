import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codes, messageOf, type Code, type DataOf } from './codes.js';

// Renders docs/reference/errors.md from codes.ts and compares it with the file. `node tools/errors-page.mjs` writes the file.

/** Data as an application may meet it, for the text of every code. A new code does not compile without. */
const samples: { readonly [C in Code]: DataOf<C> } = {
  POLAR_PARSE_UNEXPECTED_TOKEN: { found: '`}`', wanted: '`;`' },
  POLAR_PARSE_UNEXPECTED_END: { wanted: '`;`' },
  POLAR_PARSE_RESERVED_WORD: { word: 'cut' },
  POLAR_PARSE_INVALID_CHARACTER: { character: '@' },
  POLAR_PARSE_UNTERMINATED_STRING: {},
  POLAR_PARSE_INTEGER_TOO_LARGE: { text: '9007199254740993' },
  POLAR_PARSE_INVALID_NUMBER: { text: '1e' },
  POLAR_PARSE_DUPLICATE_KEY: { key: 'name' },
  POLAR_PARSE_VALUE_EXPECTED: { found: 'owner(repo)', isCall: true },
  POLAR_PARSE_CONDITION_EXPECTED: { found: '1' },
  POLAR_PARSE_PARENTHESES_NEEDED: { operator: 'in', outer: '+', instead: '(1 + 1) in numbers' },
  POLAR_PARSE_FOREIGN_SYNTAX: { found: '&&', instead: 'and', note: undefined },
  POLAR_PARSE_MISSING_SEMICOLON: { what: 'the rule' },
  POLAR_PARSE_TOO_DEEP: { limit: 250 },
  POLAR_PARSE_CHAINED_COMPARISON: { operator: '<' },

  POLAR_LOAD_FILE_NOT_FOUND: { file: 'policy/main.polar' },
  POLAR_LOAD_NO_FILE_MATCHES: { pattern: 'policy/*.polar' },
  POLAR_LOAD_UNREADABLE: { file: 'policy/main.polar', reason: 'permission denied' },
  POLAR_LOAD_FILE_EXTENSION: { file: 'policy/main' },
  POLAR_LOAD_DUPLICATE_SOURCE: { name: 'a.polar', sameAs: 'b.polar' },
  POLAR_LOAD_NO_FILES_HERE: { file: 'policy/main.polar' },
  POLAR_LOAD_NO_POLICY: {},
  POLAR_LOAD_CONSTRUCTOR: {},
  POLAR_LOAD_NOT_AWAITED: { member: 'isAllowed' },
  POLAR_LOAD_INLINE_QUERY_FAILED: { query: 'allow("alice", "read", "doc")' },

  POLAR_LOAD_NOT_COMPILED: { why: 'a dictionary that is made' },
  POLAR_LOAD_MODULE_FORMAT: { found: 'a policy of format 2', advice: 'compile it again' },
  POLAR_LOAD_MODULE_MISMATCH: { name: 'constant LIMIT', compiled: 'number 5', given: 'number 6' },

  POLAR_CHECK_SINGLETON_VARIABLE: { name: 'usr', as: 'misspelling', near: ['user'] },
  POLAR_CHECK_FOREIGN_NAME: { name: 'null', instead: 'nil' },
  POLAR_CHECK_CAPITAL_VARIABLE: { name: 'Clok', known: ['Clock'] },
  POLAR_CHECK_TYPE_AS_INSTANCE: { name: 'User', field: 'id' },
  POLAR_CHECK_UNDEFINED_RULE: { name: 'is_ower', known: ['is_owner'] },
  POLAR_CHECK_CALL_ARITY: { name: 'is_owner', given: 1, known: [2] },
  POLAR_CHECK_KEYWORD_ARGUMENTS: { name: 'find' },
  POLAR_CHECK_CAPTURED_PARAMETER: { name: 'user' },
  POLAR_CHECK_AMBIGUOUS_PRECEDENCE: { inner: 'and', outer: 'or' },
  POLAR_CHECK_UNKNOWN_SPECIALIZER: { name: 'Usr', suggestion: undefined, known: ['User'], uses: 1 },
  POLAR_CHECK_NESTED_CLASS_NAME: { name: 'User' },
  POLAR_CHECK_UNBOUND_NEGATION: { name: 'role', form: 'not' },
  POLAR_CHECK_MISSING_ALLOW_RULE: {},
  POLAR_CHECK_MISSING_HAS_PERMISSION: {},
  POLAR_CHECK_ARGUMENT_ORDER: { name: 'allow', place: 'action', type: 'Note' },
  POLAR_CHECK_UNLIKELY_ARGUMENT: { as: 'list', name: 'allow' },
  POLAR_CHECK_GRANTS_EVERYTHING: {},
  POLAR_CHECK_UNDECLARED_NAME: { name: 'onwer', kind: 'role', type: 'Repository', known: ['owner'] },
  POLAR_CHECK_UNUSED_RULE: { name: 'forbidden', as: 'denial', near: [] },
  POLAR_CHECK_FORWARDING_CYCLE: { names: ['read', 'write'], type: 'Repository' },
  POLAR_CHECK_UNKNOWN_FIELD: { type: 'User', field: 'nmae', known: ['name'] },
  POLAR_CHECK_NEVER_DECIDED: {
    expression: 'user.id > "5"',
    left: 'user.id',
    leftType: 'an Integer',
    right: '"5"',
    rightType: 'a String',
    as: 'order',
  },
  POLAR_CHECK_FIELD_CALLED: { name: 'isAdmin', type: 'User' },
  POLAR_CHECK_ASSIGNED_TWICE: { name: 'x' },
  POLAR_CHECK_OPTIONAL_CHAINING: { name: 'owner?' },
  POLAR_CHECK_NEVER_EQUAL: { left: 'user.id', leftType: 'an Integer', right: '"1"', rightType: 'a String' },
  POLAR_CHECK_NOT_A_COLLECTION: { item: 'user.roles', collection: '"admin"', type: 'a String' },
  POLAR_CHECK_REFUSED_MEMBER: { name: '__proto__' },
  POLAR_CHECK_UNKNOWN_CLASS: { name: 'Money', known: ['User'] },

  POLAR_CHECK_INVALID_RULE: {
    rule: 'allow(_, _);',
    reasons: [
      {
        type: 'allow(actor, action, resource);',
        reason: 'Different number of parameters. Rule has 2 parameter(s) but rule type has 3.',
      },
    ],
    hint: undefined,
  },
  POLAR_CHECK_INVALID_RULE_TYPE: { reason: 'Rule types cannot contain dot lookups.' },
  POLAR_CHECK_MISSING_REQUIRED_RULE: {
    ruleType: 'has_role(actor: Actor, role: String, resource: Resource);',
  },

  POLAR_CHECK_BLOCK_KEYWORD: { found: 'object' },
  POLAR_CHECK_BLOCK_DECLARATION: { name: 'role', form: 'list' },
  POLAR_CHECK_BLOCK_DECLARATION_FORM: { name: 'roles', wanted: 'list of strings', found: 'dictionary' },
  POLAR_CHECK_BLOCK_REPEATED_DECLARATION: { name: 'roles', type: 'Repository' },
  POLAR_CHECK_BLOCK_DUPLICATE_NAME: { name: 'admin', type: 'Repository', was: 'role', now: 'permission' },
  POLAR_CHECK_BLOCK_UNKNOWN_CLASS: { name: 'Repo', known: ['Repository'] },
  POLAR_CHECK_BLOCK_UNDECLARED_TERM: { name: 'raeder', type: 'Repository', known: ['reader'] },
  POLAR_CHECK_BLOCK_RELATED_UNDECLARED: {
    name: 'owner',
    type: 'Repository',
    related: 'Organization',
    known: ['member'],
  },
  POLAR_CHECK_BLOCK_RELATED_MISSING: {
    name: 'owner',
    type: 'Repository',
    related: 'Organization',
    relation: 'organization',
  },
  POLAR_CHECK_BLOCK_ON_KEYWORD: { found: 'of' },
  POLAR_CHECK_BLOCK_NOT_A_RELATION: { name: 'admin', type: 'Repository', kind: 'role' },

  POLAR_TYPE_RESERVED_NAME: { name: 'Actor' },
  POLAR_TYPE_INVALID_NAME: { name: 'my-type' },
  POLAR_TYPE_NOT_A_CLASS: {
    name: 'User',
    found: 'undefined',
    advice: 'is it imported in a circle, or under another name?',
  },
  POLAR_TYPE_DUPLICATE: { name: 'Member', other: 'User' },
  POLAR_TYPE_INVALID_DECLARATION: { name: 'User', reason: '`is` must be a function, found true' },
  POLAR_TYPE_UNKNOWN_FIELD_TYPE: {
    type: 'Repository',
    field: 'organization',
    wanted: 'Organisation',
    known: ['Organization'],
  },
  POLAR_TYPE_UNKNOWN_TYPE: { name: 'Repo', known: ['Repository'] },
  POLAR_TYPE_NOT_GRANTABLE: { action: 'raed', type: 'Repository', resource: 'instance', near: ['read'] },
  POLAR_TYPE_INVALID_OPTION: {
    option: 'undecided',
    reason: "must be 'error' or 'deny', found the string 'allow'",
  },
  POLAR_TYPE_NOT_AN_OBJECT: {
    type: 'Repository',
    found: 'a promise',
    advice: "await it: typed('Repository', await …)",
  },
  POLAR_TYPE_INVALID_TAG: { found: 'the class `Repository`', example: "'Repository'" },

  POLAR_RUN_UNDEFINED_RULE: { name: 'has_rol', known: ['has_role'] },
  POLAR_RUN_UNKNOWN_CLASS: { name: 'Usr', known: ['User'] },
  POLAR_RUN_UNKNOWN_TAG: { tag: 'Repo', known: ['Repository', 'Report'] },
  POLAR_RUN_HOST_ERROR: { what: '`owner` of a Repository', message: 'no connection' },
  POLAR_RUN_REFUSED_MEMBER: { name: 'constructor', on: 'a User' },
  POLAR_RUN_UNREGISTERED_METHOD: { name: 'isOpen', on: 'a dictionary' },
  POLAR_RUN_ALREADY_BOUND: { name: 'x' },
  POLAR_RUN_UNBOUND_ARGUMENT: { what: '`find`' },
  POLAR_RUN_UNBOUND_RECEIVER: { name: 'find' },
  POLAR_RUN_UNBOUND_KEY: {},
  POLAR_RUN_STEP_LIMIT: { limit: 1_000_000 },
  POLAR_RUN_DEPTH_LIMIT: { limit: 100_000 },
  POLAR_RUN_SIZE_LIMIT: { limit: 10_000_000 },
  POLAR_RUN_TIMEOUT: { limitMs: 5_000 },
  POLAR_RUN_ABORTED: {},
  POLAR_RUN_PROMISE_IN_SYNC: { what: 'a value' },
  POLAR_RUN_TYPES_NOT_COMPILED: { types: ['User', 'Admin'] },
  POLAR_RUN_TAGGED_INSTANCE: { type: 'User' },
  POLAR_RUN_UNHANDLED_CONSTRAINT: { name: 'role', constraint: 'role > 1' },
  POLAR_RUN_UNEXPECTED_CONSTRAINT: { name: 'x', constraint: '_this > 1' },
  POLAR_RUN_WILDCARD: { method: 'authorizedActions', what: 'action' },
  POLAR_RUN_NO_SUCH_BINDING: { name: 'user' },

  POLAR_UNDECIDED_ATTRIBUTE_OF_NIL: { name: 'id', value: 'nil' },
  POLAR_UNDECIDED_MISSING_ATTRIBUTE: { name: 'isPubic', on: 'a Repository', known: ['isPublic'] },
  POLAR_UNDECIDED_MISSING_METHOD: { name: 'trimm', on: 'a string', known: ['trim'] },
  POLAR_UNDECIDED_KEY: { key: '1', on: 'a dictionary' },
  POLAR_UNDECIDED_ORDER: {
    left: 'nil',
    operator: '<',
    right: '1',
    advice: '; one side is nil: test it with `!= nil` first',
  },
  POLAR_UNDECIDED_CONDITION: { value: '"public"', advice: '; compare it with a value' },
  POLAR_UNDECIDED_ARITHMETIC: { left: '"1"', operator: '+', right: '1' },
  POLAR_UNDECIDED_DIVISION_BY_ZERO: { left: '1', operator: '/' },
  POLAR_UNDECIDED_UNSAFE_INTEGER: { left: '4503599627370496', operator: '*', right: '2' },
  POLAR_UNDECIDED_NOT_ITERABLE: { value: '5' },
  POLAR_UNDECIDED_PATTERN: { name: 'isPrivate', on: 'a dictionary' },

  POLAR_DENIED_UNTYPED: {
    rule: 'allow',
    argument: 'resource',
    action: 'read',
    found: 'a plain object of no declared type',
    expected: 'Note',
    advice: "tag it with typed('Note', row), or declare how to recognize it",
  },
  POLAR_DENIED_FIELD_TYPE: {
    argument: 'resource',
    type: 'Note',
    field: 'isDraft',
    declared: 'Boolean',
    found: 'the number 1',
  },
  POLAR_DENIED_NOT_AWAITED: { action: 'read' },
  POLAR_DENIED_UNKNOWN_ACTION: { action: 'raed', near: ['read'], known: [] },
  POLAR_DENIED_ACTION: { found: 'a list', advice: 'check one action at a time' },
  POLAR_DENIED_ARGUMENT_ORDER: { given: 'the action "read" is the first argument' },
};

/** The codes that checks give as warnings, as their files say it. */
const warnings = new Set(
  globSync('../policy/checks/*.ts', { cwd: import.meta.dirname }).flatMap((file) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    return [...text.matchAll(/code: '(\w+)',\n\s*severity: 'warning'/g)].map(([, code]) => code);
  }),
);

const families = [
  [
    'POLAR_PARSE_',
    'The text is no Polar',
    'Thrown by `Authorizer.load`, `reload` and `query`, in a `PolicyError`.',
  ],
  [
    'POLAR_LOAD_',
    'A policy cannot be got at',
    'Thrown by `Authorizer.load` and `reload`: a `PolarError`; for sources loaded twice and for inline queries a `PolicyError`.',
  ],
  [
    'POLAR_CHECK_',
    'The policy makes no sense',
    'Found when the policy loads. Errors are thrown in a `PolicyError`; warnings go to `onWarning` and to `warnings`.',
  ],
  [
    'POLAR_TYPE_',
    'A declaration or an option is wrong',
    'Thrown by `Authorizer.load`, `type` and `typed`: a `PolarError`, without a place.',
  ],
  [
    'POLAR_RUN_',
    'A fault while deciding',
    'Thrown by the question, a `PolarError`: the question ends at once, and the answer is never *allowed*. `onDecision` sees the outcome `error`.',
  ],
  [
    'POLAR_UNDECIDED_',
    'The data cannot decide',
    'Thrown by the question when nothing grants: [undecided](undecided.md). `isUndecided(error)` tells them. `onDecision` sees the outcome `undecided`.',
  ],
  [
    'POLAR_DENIED_',
    'A denial that looks like a mistake',
    'Warnings, once for each action and kind of value, while `NODE_ENV` is not `production`: they go to `onWarning`. The option `denialWarnings` turns them on or off.',
  ],
] as const;

const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('\n', '<br>').replaceAll('\t', ' ');

function section([prefix, title, thrown]: (typeof families)[number]): string {
  const own = (Object.keys(codes) as Code[]).filter((code) => code.startsWith(prefix));
  const marked = prefix === 'POLAR_CHECK_';
  const rows = own.map((code) => {
    const text = cell(messageOf(code, samples[code]));
    return marked
      ? `| \`${code}\` | ${warnings.has(code) ? 'warning' : 'error'} | ${text} |`
      : `| \`${code}\` | ${text} |`;
  });
  const head = marked ? ['| code | | says |', '| --- | --- | --- |'] : ['| code | says |', '| --- | --- |'];
  return [`## ${title}`, '', thrown, '', ...head, ...rows, ''].join('\n');
}

const page = `<!-- Generated from packages/core/src/diagnostics/codes.ts by \`node tools/errors-page.mjs\`. -->

# Errors

Every error and warning of \`@nanook/core\` has a code. Codes are public API: they are never renamed and never used for something else.
Branch on \`code\` and \`data\`; the text, here with sample data, may change.

A \`PolarError\` has \`code\`, \`data\`, \`file\`, \`line\`, \`column\`, \`span\`, and \`cause\` where the application threw. A \`PolicyError\` is a
\`PolarError\` for the first error of a policy and has them all in \`diagnostics\`. \`isPolarError(e)\` and \`isPolicyError(e)\` tell them, across
copies of the package, too. A refusal is none of these: it is an [\`AuthorizationError\`](authorizer.md#refusals).

${families.map(section).join('\n')}`;

describe('docs/reference/errors.md', () => {
  it('shows the text of every code in codes.ts', async () => {
    await expect(page).toMatchFileSnapshot('../../../../docs/reference/errors.md');
  });

  it('has every code once', () => {
    for (const code of Object.keys(codes)) expect(page.split(`\`${code}\``)).toHaveLength(2);
  });

  it('knows warnings from errors', () => {
    expect(warnings.size).toBeGreaterThan(8);
    for (const code of warnings) expect(Object.keys(codes)).toContain(code);
  });
});
