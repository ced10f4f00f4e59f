import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { Authorizer, nullable, one, oneOf } from '../index.js';
import { checkPolicy } from '../policy/build/check-policy.js';
import { fixes, undecidedExamples } from './code-fixes.fixture.js';
import { callExamples } from './call-examples.fixture.js';
import { codes, messageOf, type Code } from './codes.js';
import type { PolarError } from './polar-error.js';
import { runCallExample, withoutFolder } from './run-call-example.fixture.js';

// cspell:ignore Clok nmae onwer Organisation ower raed raeder trimm

// Renders docs/reference/errors.md from codes.ts and compares it with the file. `node tools/errors-page.mjs` writes the file.

/** The types of the examples. */
const types = {
  User: {
    fields: {
      id: 'Integer',
      name: 'String',
      isAdmin: 'Boolean',
      groups: ['String'],
      teamId: nullable('Integer'),
    },
  },
  Repo: {
    fields: {
      ownerId: 'Integer',
      owner: 'User',
      teamId: nullable('Integer'),
      visibility: oneOf('public', 'private'),
    },
  },
  Org: {},
} as const;

const actor = 'actor User {}';
const delegate = 'allow(a, b, c) if has_permission(a, b, c);';

/** The shortest policy for each code about a policy. Some are a pair: the text to show, with `…`, and the whole policy. */
const examples: {
  readonly [C in Extract<Code, `POLAR_PARSE_${string}` | `POLAR_CHECK_${string}`>]:
    | string
    | readonly [string, string];
} = {
  POLAR_PARSE_UNEXPECTED_TOKEN: 'allow(user: User "read", _);',
  POLAR_PARSE_UNEXPECTED_END: 'allow(user,',
  POLAR_PARSE_RESERVED_WORD: 'cut(x);',
  POLAR_PARSE_INVALID_CHARACTER: 'allow(_, "read", _) if ^;',
  POLAR_PARSE_UNTERMINATED_STRING: 'allow(_, "read, _);',
  POLAR_PARSE_INTEGER_TOO_LARGE: 'limit(9007199254740993);',
  POLAR_PARSE_INVALID_NUMBER: 'limit(1_000);',
  POLAR_PARSE_DUPLICATE_KEY: 'limit({a: 1, a: 2});',
  POLAR_PARSE_VALUE_EXPECTED: 'f(x) if x = owner(y);',
  POLAR_PARSE_CONDITION_EXPECTED: 'f(x) if x = 1 and "read";',
  POLAR_PARSE_PARENTHESES_NEEDED: 'f(x) if x + 1 in [1, 2];',
  POLAR_PARSE_FOREIGN_SYNTAX: 'f(x) if x.a && x.b;',
  POLAR_PARSE_MISSING_SEMICOLON: 'allow(_, "read", _)',
  POLAR_PARSE_TOO_DEEP: ['f(((( … ))));', `f(${'('.repeat(300)}1${')'.repeat(300)});`],
  POLAR_PARSE_TOO_MANY_PARAMETERS: ['f(a, b, c, …);', `f(${Array(1_001).fill('_').join()});`],
  POLAR_PARSE_CHAINED_COMPARISON: 'f(x) if 1 < x < 5;',

  POLAR_CHECK_SINGLETON_VARIABLE: 'allow(user: User, "read", _) if usr.isAdmin;',
  POLAR_CHECK_FOREIGN_NAME: 'f(x) if x = null;',
  POLAR_CHECK_CAPITAL_VARIABLE: 'f(x) if x < Clok.now() and Clok.now() < x;',
  POLAR_CHECK_TYPE_AS_INSTANCE: 'allow(User, "read", _) if User.isAdmin;',
  POLAR_CHECK_UNDEFINED_RULE: 'allow(u, "read", _) if is_ower(u); is_owner(_);',
  POLAR_CHECK_CALL_ARITY: 'allow(u, "read", _) if is_owner(u); is_owner(_, _);',
  POLAR_CHECK_CAPTURED_PARAMETER: 'allow(Clock: User, "read", _);',
  POLAR_CHECK_AMBIGUOUS_PRECEDENCE: 'f(x) if x.a or x.b and x.c;',
  POLAR_CHECK_UNKNOWN_SPECIALIZER: 'allow(_: Usr, "read", _);',
  POLAR_CHECK_NESTED_CLASS_NAME: 'allow(_, "read", _: Org{owner: User});',
  POLAR_CHECK_UNBOUND_NEGATION: 'f(x) if not y in x.a and y in x.b;',
  POLAR_CHECK_MISSING_ALLOW_RULE: 'is_owner(_, _);',
  POLAR_CHECK_MISSING_HAS_PERMISSION: 'resource Repo { permissions = ["read"]; }',
  POLAR_CHECK_FORWARDING_CYCLE: 'resource Repo { roles = ["a", "b"]; "a" if "b"; "b" if "a"; }',
  POLAR_CHECK_NEGATED_RECURSION:
    'allow(u, "read", r) if not hidden(u, r); hidden(u, r) if r.isPrivate and not allow(u, "read", r);',
  POLAR_CHECK_UNKNOWN_FIELD: 'allow(u: User, "read", _) if u.nmae = "ann";',
  POLAR_CHECK_BOTH_NIL: 'allow(u: User, "read", r: Repo) if r.teamId = u.teamId;',
  POLAR_CHECK_COMPARED_WITHOUT_KEY: 'allow(u: User, "read", r: Repo) if r.owner = u;',
  POLAR_CHECK_UNKNOWN_ENUM_VALUE: 'allow(_, "read", r: Repo) if r.visibility = "Public";',
  POLAR_CHECK_REFUSED_MEMBER: 'f(x) if x.__proto__ = 1;',
  POLAR_CHECK_UNKNOWN_CLASS: 'f(x) if x = new Money(1);',
  POLAR_CHECK_INVALID_RULE: 'allow(_: User, "read");',
  POLAR_CHECK_INVALID_RULE_TYPE: 'type f(x.y);',
  POLAR_CHECK_MISSING_REQUIRED_RULE: [
    'resource Repo { roles = ["owner"]; … }',
    `resource Repo { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; } ${delegate}`,
  ],
  POLAR_CHECK_BLOCK_KEYWORD: 'object Repo { roles = ["owner"]; }',
  POLAR_CHECK_BLOCK_DECLARATION: 'resource Repo { role = ["owner"]; }',
  POLAR_CHECK_BLOCK_DECLARATION_FORM: 'resource Repo { roles = { owner: User }; }',
  POLAR_CHECK_BLOCK_REPEATED_DECLARATION: 'resource Repo { roles = ["a"]; roles = ["b"]; }',
  POLAR_CHECK_BLOCK_DUPLICATE_NAME: 'resource Repo { roles = ["a"]; permissions = ["a"]; }',
  POLAR_CHECK_BLOCK_UNKNOWN_CLASS: 'resource Repository {}',
  POLAR_CHECK_BLOCK_UNDECLARED_TERM: 'resource Repo { permissions = ["read"]; "read" if "raeder"; }',
  POLAR_CHECK_BLOCK_RELATED_UNDECLARED:
    'resource Repo { roles = ["r"]; relations = { org: Org }; "r" if "owner" on "org"; } resource Org {}',
  POLAR_CHECK_BLOCK_RELATED_MISSING:
    'resource Repo { roles = ["r"]; relations = { org: Org }; "r" if "owner" on "org"; }',
  POLAR_CHECK_BLOCK_ON_KEYWORD:
    'resource Repo { roles = ["r"]; relations = { org: Org }; "r" if "r" of "org"; }',
  POLAR_CHECK_BLOCK_NOT_A_RELATION: 'resource Repo { roles = ["r", "s"]; "r" if "s" on "s"; }',
  POLAR_CHECK_ENTITY_KEY: '?= 1 != User{"ann"};',
  POLAR_CHECK_BLOCK_ANY_NAME:
    'resource Repo { roles = ["r"]; relations = { org: Org }; role if "r" on "org"; } resource Org { roles = ["r"]; }',
  POLAR_CHECK_BLOCK_NOT_A_BASE: 'resource Repo extends Org {} resource Org {}',
  POLAR_CHECK_BLOCK_GLOBAL_RELATION: 'global { relations = { org: Org }; }',
  POLAR_CHECK_ARGUMENT_ORDER: 'allow("read", _: User, _: Repo);',
  POLAR_CHECK_UNLIKELY_ARGUMENT: 'allow(_: User, ["read", "write"], _);',
  POLAR_CHECK_GRANTS_EVERYTHING: 'allow(_, _, _);',
  POLAR_CHECK_DENIAL_GRANTS: 'allow(u, "read", _) if denied(u); denied(_);',
  POLAR_CHECK_UNDECLARED_NAME: [
    'has_role(_: User, "onwer", _: Repo);',
    `${actor} resource Repo { roles = ["owner"]; } has_role(_: User, "onwer", _: Repo);`,
  ],
  POLAR_CHECK_UNUSED_RULE: 'allow(_, "read", _); forbidden(_: User);',
  POLAR_CHECK_NEVER_EQUAL: 'allow(u: User, "read", _) if u.id = "1";',
  POLAR_CHECK_NEVER_DECIDED: 'allow(u: User, "read", _) if u.id > "5";',
  POLAR_CHECK_FIELD_CALLED: 'allow(u: User, "read", _) if u.isAdmin();',
  POLAR_CHECK_ASSIGNED_TWICE: 'f(x) if y := 1 and y := x;',
  POLAR_CHECK_OPTIONAL_CHAINING: 'f(x) if x.owner?.id = 1;',
  POLAR_CHECK_NOT_A_COLLECTION: 'allow(u: User, "read", _) if u.groups in "admin";',
  POLAR_CHECK_KEYWORD_ARGUMENTS: 'f(x) if x.find(id: 1);',
};

/** The codes of the checks whose severity is `warning`, read from their files. */
const warnings = new Set(
  globSync('../policy/checks/*.ts', { cwd: import.meta.dirname }).flatMap((file) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    return [...text.matchAll(/code: '(\w+)',\n\s*severity: 'warning'/g)].map(([, code]) => code);
  }),
);

const families = [
  [
    'POLAR_PARSE_',
    'Syntax errors',
    '`Authorizer.load`, `reload` and `query` throw these in a `PolicyError`.',
  ],
  [
    'POLAR_LOAD_',
    'Policy loading errors',
    '`Authorizer.load` and `reload` throw these as a `PolarError`. Duplicate sources and failed inline queries are in a `PolicyError`.',
  ],
  [
    'POLAR_CHECK_',
    'Errors and warnings of a policy',
    'Loading a policy reports these. Errors are in the `PolicyError` that it throws. Warnings go to `onWarning` and to `authorizer.policy.warnings`.',
  ],
  [
    'POLAR_FILTER_',
    'Filter errors',
    '`authorizer.where` throws these as a `PolarError` when no query returns exactly the rows that `can` allows.',
  ],
  [
    'POLAR_LIST_',
    'List errors',
    '`list` and `count` throw these as a `PolarError`. The web packages respond with 400 to an invalid cursor, and to a field that the actor may not use.',
  ],
  [
    'POLAR_DRAFT_',
    'Errors of rows that are not written yet',
    '`authorizeNew` and `authorizeChange` throw these as a `PolarError`. The web packages respond with 400.',
  ],
  [
    'POLAR_TYPE_',
    'Errors of types and options',
    '`Authorizer.load`, `type` and `typed` throw these as a `PolarError`. They have no place in a policy.',
  ],
  [
    'POLAR_RUN_',
    'Errors during a check or query',
    'A check or query throws these as a `PolarError` and ends immediately; it never allows the action. `onDecision` receives the outcome `error`.',
  ],
  [
    'POLAR_UNDECIDED_',
    'Undecided checks',
    'A check throws the first of these when no rule grants the action: see [undecided](undecided.md). `isUndecided(error)` recognizes them. `onDecision` receives the outcome `undecided`.',
  ],
  [
    'POLAR_DENIED_',
    'Denials that look like a mistake',
    'These are warnings to `onWarning`, reported once for each combination of action and kind of value. They are on unless `NODE_ENV` is `production`; the option `denialWarnings` overrides this.',
  ],
  [
    'POLAR_DATA_',
    'Data that looks like a mistake',
    'These are warnings to `onWarning`, also about allowed checks, reported once for each place of the policy. The first 100 checks of each action are examined. They are on unless `NODE_ENV` is `production`; the option `denialWarnings` overrides this.',
  ],
] as const;

const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('\n', '<br>').replaceAll('\t', ' ');

const shown = (example: string | readonly [string, string]): string =>
  typeof example === 'string' ? example : example[0];

const wholeOf = (example: string | readonly [string, string]): string =>
  typeof example === 'string' ? example : example[1];

/** Runs the rule of an undecided example, and returns its error; undefined if it is decided. */
async function undecidedBy(rule: string, argument: unknown): Promise<PolarError | undefined> {
  const relations = { owner: one('User', { local: 'ownerId', foreign: 'id' }) };
  const authorizer = await Authorizer.load({
    policies: rule,
    types: {
      User: {},
      Document: { fields: { size: 'Integer', title: 'String', ownerId: 'Integer' }, relations },
    },
    queries: ['f'],
    onWarning: () => {},
  });
  try {
    await authorizer.policy.queryRule('f', [argument]).next();
  } catch (error) {
    return error as PolarError;
  }
  return undefined;
}

type CallCode = keyof typeof callExamples;
type UndecidedCode = keyof typeof undecidedExamples;
const isWithPolicy = (code: Code): code is keyof typeof examples => Object.hasOwn(examples, code);
const isUndecided = (code: Code): code is UndecidedCode => Object.hasOwn(undecidedExamples, code);

/** The message about the example of each code. */
const messages = new Map<Code, string>();
vi.spyOn(console, 'log').mockImplementation(() => {});
for (const code of Object.keys(codes) as Code[]) messages.set(code, await messageFor(code));

async function messageFor(code: Code): Promise<string> {
  if (isWithPolicy(code)) {
    const found = checkPolicy([wholeOf(examples[code])], { types }).find((each) => each.code === code);
    return found?.message ?? 'not reported';
  }
  if (isUndecided(code)) {
    const [rule, argument] = undecidedExamples[code];
    const error = await undecidedBy(rule, argument);
    return error?.code === code ? messageOf(code, error.data as never) : 'not reported';
  }
  const example = callExamples[code as CallCode];
  const reported = (await runCallExample(code, example.wrong, example)).find((each) => each.code === code);
  return reported === undefined ? 'not reported' : withoutFolder(messageOf(code, reported.data as never));
}

function section([prefix, title, thrown]: (typeof families)[number]): string {
  const own = (Object.keys(codes) as Code[]).filter((code) => code.startsWith(prefix));
  const rows = own.map((code) => {
    const cells = [`[\`${code}\`](codes.md#${code.toLowerCase()})`];
    if (prefix === 'POLAR_CHECK_') cells.push(warnings.has(code) ? 'warning' : 'error');
    if (code in examples) cells.push(`\`${cell(shown(examples[code as keyof typeof examples]))}\``);
    return `| ${[...cells, cell(messages.get(code)!)].join(' | ')} |`;
  });
  const columns = ['code'];
  if (prefix === 'POLAR_CHECK_') columns.push('severity');
  if (own[0]! in examples) columns.push('example');
  columns.push('message');
  const head = [`| ${columns.join(' | ')} |`, `|${' --- |'.repeat(columns.length)}`];
  return [`## ${title}`, '', thrown, '', ...head, ...rows, ''].join('\n');
}

const page = `<!-- Generated from packages/core/src/diagnostics/codes.ts by \`node tools/errors-page.mjs\`. -->

# Errors

Every error and warning of \`@nanook/core\` has a code. Codes are public API: a code is never renamed, and its meaning never changes.
In your code, branch on \`code\` and \`data\`, because the text of a message can change. This page shows each message for an
example. The [index of codes](codes.md) shows the examples, with a correction.

| class | recognized by | is |
| --- | --- | --- |
| \`PolarError\` | \`isPolarError(e)\` | any error of this page. It has \`code\`, \`data\`, \`file\`, \`line\`, \`column\` and \`span\`. \`cause\` is the error that the application threw, if any |
| \`PolicyError\` | \`isPolicyError(e)\` | the \`PolarError\` for the first error of a policy. \`diagnostics\` contains all its errors |
| \`AuthorizationError\` | \`isAuthorizationError(e)\` | a [refusal](authorizer.md#refusals). It is not a \`PolarError\`, because a refusal is a normal result |

These functions also recognize errors from another copy of the package, where \`instanceof\` fails.

A logged error shows its message, its place and the lines around that place, never the whole policy. \`JSON.stringify(error)\` contains the
name, code, message, place and data.

${families.map(section).join('\n')}`;

const requiredRules = (policy: string): string => {
  const [, name, type] = /relations = \{ (\w+): (\w+) \}/.exec(policy) ?? [];
  const relation = name === undefined ? '' : `has_relation(_: ${type}, "${name}", _: Repo);`;
  const allow = policy.includes('permissions') ? delegate : '';
  return ` actor User {} has_role(_: User, _: String, _: Repo); ${relation} ${allow}`;
};

/** Returns a value as a policy writes it. */
function polarText(value: unknown): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  if (value === null) return 'nil';
  return `{${Object.entries(value)
    .map(([key, each]) => `${key}: ${polarText(each)}`)
    .join(', ')}}`;
}

function exampleOf(code: Code): Record<'language' | 'example' | 'fix', string> {
  if (isWithPolicy(code))
    return { language: 'polar', example: shown(examples[code]), fix: shown(fixes[code]) };
  if (isUndecided(code)) {
    const [example, argument, fix] = undecidedExamples[code];
    const value = `# x is ${polarText(argument)}`;
    return { language: 'polar', example: `${value}\n${example}`, fix: `${value}\n${fix}` };
  }
  const { wrong, fix } = callExamples[code as CallCode];
  return { language: 'ts', example: wrong, fix };
}

/** The codes as `nanook code` and docs/reference/codes.md show them. */
const entries = (Object.keys(codes) as Code[]).map((code) => {
  const isAboutCheck = ['POLAR_DENIED_', 'POLAR_DATA_'].some((prefix) => code.startsWith(prefix));
  return {
    code,
    page: 'errors.md',
    severity: isAboutCheck || warnings.has(code) ? 'warning' : 'error',
    message: messages.get(code)!,
    ...exampleOf(code),
  };
});

describe('docs/reference/errors.md', () => {
  it('shows the text of every code in codes.ts', async () => {
    await expect(page).toMatchFileSnapshot('../../../../docs/reference/errors.md');
  });

  it('has every code once', () => {
    for (const code of Object.keys(codes)) expect(page.split(`[\`${code}\`]`)).toHaveLength(2);
  });

  /** The codes of a policy, each once. A part of a policy, such as an example, needs no rule `allow`. */
  const codesOf = (policy: string, code: string): readonly string[] => {
    const found = new Set<string>(checkPolicy([policy], { types }).map((each) => each.code));
    if (code !== 'POLAR_CHECK_MISSING_ALLOW_RULE') found.delete('POLAR_CHECK_MISSING_ALLOW_RULE');
    return [...found];
  };

  it.each(Object.entries(examples))('has an example policy that causes only %s', (code, example) => {
    expect(codesOf(wholeOf(example), code)).toEqual([code]);
  });

  it.each(Object.entries(fixes))('has a corrected policy without a finding for %s', (code, fix) => {
    const policy = wholeOf(fix);
    // The rules that a block requires are not part of an example about its syntax.
    const rest = policy.startsWith('resource') && !policy.includes('actor') ? requiredRules(policy) : '';
    expect(codesOf(policy + rest, code)).toEqual([]);
  });

  it.each(Object.entries(undecidedExamples))(
    'has a rule that is undecided with %s, and a corrected one that is decided',
    async (code, [rule, argument, fix]) => {
      expect((await undecidedBy(rule, argument))?.code).toBe(code);
      expect(await undecidedBy(fix, argument)).toBeUndefined();
    },
  );

  it.each(Object.entries(callExamples))(
    'has an example call that causes only %s, and a corrected call without an error or a warning',
    async (code, example) => {
      const codesOf = async (text: string) =>
        (await runCallExample(code as Code, text, example)).map((each) => each.code);
      expect(await codesOf(example.wrong)).toEqual([code]);
      expect(await codesOf(example.fix)).toEqual([]);
    },
  );

  it('writes the codes for the command line', async () => {
    const text = `${JSON.stringify(entries, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/core.json');
  });

  it('lists at least nine checks as warnings', () => {
    expect(warnings.size).toBeGreaterThan(8);
    for (const code of warnings) expect(Object.keys(codes)).toContain(code);
  });
});
