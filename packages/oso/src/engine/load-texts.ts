import type { Code, Diagnostic } from '@nanook/core';
import { textOf, type Span } from '@nanook/core/syntax';
import { rewrittenCall } from './rewritten-rule.js';
import { invalidRuleText, type LoadedPolicy } from './rule-texts.js';
import {
  beginsStatement,
  blockStart,
  isBlockKeyword,
  declarationValue,
  firstField,
  isName,
  nextToken,
  pathBefore,
  quoteEnd,
  tokenAt,
  unexpectedToken,
} from './token-at.js';

/** An error of oso: its name, its text, and its place. */
export interface OsoText {
  readonly name: string;
  readonly text: string;
  readonly span: Span | undefined;
}

type Made = readonly [name: string, text: string, span?: Span];
// oxlint-disable-next-line typescript/no-explicit-any -- the data of each code has a form of its own
type Make = (data: any, span: Span, policy: LoadedPolicy) => Made;

/** Returns the error about a token. Two names and a brace are a block. */
const unexpected = (span: Span, isString = false): Made => {
  const second = nextToken(span);
  const isBlock = beginsStatement(span) && isName(textOf(second)) && textOf(nextToken(second)) === '{';
  return isBlock && !isBlockKeyword(textOf(span))
    ? inBlock(`Expected 'actor' or 'resource' but found '${textOf(span)}'.`, span)
    : unrecognized(unexpectedToken(span, isString));
};

const unrecognized = (span: Span): Made => {
  const found = textOf(span);
  if (invalid.has(found)) return unexpectedCharacter(found, '', span);
  if (found === '?') {
    const { source, end } = span;
    return unexpectedCharacter(source.text[end] ?? '\\0', '?=', { source, start: end, end: end + 1 });
  }
  const token = contentOf(found);
  if (token === '')
    return [
      'ParseError::UnrecognizedEOF',
      'hit the end of the file unexpectedly. Did you forget a semi-colon',
    ];
  return reserved.has(token)
    ? ['ParseError::ReservedWord', `${token} is a reserved Polar word and cannot be used here`, span]
    : ['ParseError::UnrecognizedToken', `did not expect to find the token '${token}'`, span];
};

/** The characters that begin no token of oso. */
const invalid = new Set(['&', '$', '@', '\\', '`', '~', '^', '%', "'"]);

/** Returns a token as oso shows it: a string without its quotes. */
const contentOf = (found: string): string =>
  found === 'nan'
    ? 'NaN'
    : found.startsWith('"')
      ? found.slice(1, -1).replace(/\\(.)/gs, (_, character: string) => escapes[character] ?? character)
      : found;

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0' };

/** The words with a message of their own. */
const reserved = new Set(['cut', 'debug', 'in', 'new']);

const unexpectedCharacter = (character: string, found: string, span: Span): Made => [
  'ParseError::InvalidTokenCharacter',
  `'${character === '\\' || character === "'" ? `\\${character}` : character}' is not a valid character. Found in ${found}`,
  span,
];

const inBlock = (text: string, span?: Span): Made =>
  ['ValidationError::ResourceBlock', text, ...(span === undefined ? [] : [span])] as unknown as Made;

const texts: Partial<Record<Code, Make>> = {
  // ── syntax ──
  POLAR_PARSE_UNEXPECTED_TOKEN: ({ expected }, span) =>
    unexpected(tokenAt(span), /^a (?:string|list of strings)/.test(expected)),
  POLAR_PARSE_UNEXPECTED_END: (_, span) => unrecognized({ ...span, end: span.start }),
  POLAR_PARSE_MISSING_SEMICOLON: (_, span) => unrecognized(nextToken(span)),
  POLAR_PARSE_RESERVED_WORD: (_, span) => unexpected(tokenAt(span)),
  POLAR_PARSE_FOREIGN_SYNTAX: ({ instead }, span) =>
    unexpected(tokenAt(span), instead?.startsWith('"') === true),
  POLAR_PARSE_CHAINED_COMPARISON: (_, span) => unrecognized(tokenAt(span)),
  POLAR_PARSE_INVALID_CHARACTER: ({ character }, span) => {
    const path = pathBefore(span);
    return path === undefined
      ? unexpectedCharacter(character, '', span)
      : unexpectedCharacter(character, path.name, path.end);
  },
  POLAR_PARSE_UNTERMINATED_STRING: (_, span) => {
    const end = quoteEnd(span);
    const found = span.source.text.slice(span.start + 1, end.start);
    return end.start >= span.source.text.length
      ? unexpectedCharacter('\\0', found, span)
      : unexpectedCharacter('\\n', found, end);
  },
  POLAR_PARSE_INTEGER_TOO_LARGE: ({ text }) => [
    'ParseError::IntegerOverflow',
    `'${text}' caused an integer overflow`,
  ],
  POLAR_PARSE_INVALID_NUMBER: ({ text }, { source, start, end }) => {
    // Only an exponent belongs to a number: `_000` is a name.
    const digits = /^\d+(?=_)/.exec(text)?.[0].length;
    return digits === undefined
      ? ['ParseError::InvalidFloat', `${text} was parsed as a float, but is invalid`]
      : unrecognized({ source, start: start + digits, end });
  },
  POLAR_PARSE_DUPLICATE_KEY: ({ key }, span) => [
    'ParseError::DuplicateKey',
    `Duplicate key: ${key}`,
    firstField(span),
  ],
  POLAR_PARSE_VALUE_EXPECTED: ({ found }) => [
    'ParseError::WrongValueType',
    `Wrong value type: ${found.replace(/( matches [\w:]+)$/, '$1{}')}. Expected a value`,
  ],
  POLAR_LOAD_DUPLICATE_SOURCE: ({ name, sameAs }) => [
    'ValidationError::FileLoading',
    name === sameAs
      ? `Problem loading file: File ${name} has already been loaded.`
      : `Problem loading file: A file with the same contents as ${name} named ${sameAs} has already been loaded.`,
  ],

  // ── rules ──
  POLAR_CHECK_SINGLETON_VARIABLE: ({ name }, span) => singleton(name, span),
  POLAR_CHECK_CAPITAL_VARIABLE: ({ name }, span) => singleton(name, span),
  POLAR_CHECK_UNDEFINED_RULE: (_, span, { statements }) => [
    'ValidationError::UndefinedRuleCall',
    `Call to undefined rule: ${rewrittenCall(statements, span) ?? textOf(span)}`,
  ],
  POLAR_CHECK_INVALID_RULE: (data, span, policy) => [
    'ValidationError::InvalidRule',
    invalidRuleText(data, span, policy),
  ],
  POLAR_CHECK_INVALID_RULE_TYPE: ({ reason }) => ['ValidationError::InvalidRuleType', reason],
  POLAR_CHECK_MISSING_REQUIRED_RULE: ({ ruleType }, span) => [
    'ValidationError::MissingRequiredRule',
    `Missing implementation for required rule ${ruleType.replace(/: (\w+)(?=[,)])/g, ': $1{}')}`,
    // The place of a relation is that of its class.
    ruleType.startsWith('has_relation') ? nextToken(nextToken(span)) : span,
  ],
  POLAR_CHECK_UNKNOWN_CLASS: ({ name }) => [
    'ValidationError::UnregisteredClass',
    `Unregistered class: ${name}`,
  ],

  // ── blocks ──
  POLAR_CHECK_BLOCK_UNKNOWN_CLASS: ({ name }, span) => [
    'ValidationError::UnregisteredClass',
    `Unregistered class: ${name}`,
    blockStart(span),
  ],
  POLAR_CHECK_BLOCK_KEYWORD: ({ found }) =>
    inBlock(`Expected 'actor' or 'resource' but found ${found === undefined ? 'nothing' : `'${found}'`}.`),
  POLAR_CHECK_BLOCK_DECLARATION: ({ name, form }, span) =>
    inBlock(
      `Unexpected declaration '${name}'. Did you mean for this to be ${
        form === 'list' ? `'roles = [ ... ];' or 'permissions = [ ... ];'` : `'relations = { ... };'`
      }?`,
      declarationValue(span),
    ),
  POLAR_CHECK_BLOCK_DECLARATION_FORM: ({ name, expected, found }, span) =>
    inBlock(`Expected '${name}' declaration to be a ${expected}; found a ${found}`, declarationValue(span)),
  POLAR_CHECK_BLOCK_REPEATED_DECLARATION: ({ name, type }, span) =>
    inBlock(`Multiple '${name}' declarations in '${type}' resource block.`, declarationValue(span)),
  POLAR_CHECK_BLOCK_DUPLICATE_NAME: ({ name, type, was, now }) => [
    'ValidationError::DuplicateResourceBlockDeclaration',
    `Cannot overwrite existing ${was} declaration ${JSON.stringify(name)} in resource ${type} with ${now}`,
  ],
  POLAR_CHECK_BLOCK_UNDECLARED_TERM: ({ name, type }) =>
    inBlock(
      `Undeclared term "${name}" referenced in rule in '${type}' resource block. Did you mean to declare it as a role, permission, or relation?`,
    ),
  POLAR_CHECK_BLOCK_RELATED_UNDECLARED: ({ name, type, related }) =>
    inBlock(
      `${type}: Term "${name}" not declared in related resource block '${related}'. Did you mean to declare it as a role, permission, or relation in the '${related}' resource block?`,
    ),
  POLAR_CHECK_BLOCK_RELATED_MISSING: ({ name, type, related, relation }) =>
    inBlock(
      `${type}: Relation "${relation}" in rule body \`"${name}" on "${relation}"\` has type '${related}', but no such resource block exists. Try declaring one: \`resource ${related} {}\``,
    ),
  POLAR_CHECK_BLOCK_ON_KEYWORD: ({ found }) =>
    inBlock(`Unexpected relation keyword '${found}'. Did you mean 'on'?`),
  POLAR_CHECK_BLOCK_NOT_A_RELATION: ({ kind }) => [
    'OperationalError::InvalidState',
    `Invalid state: Expected Relation; got: ${kind[0].toUpperCase()}${kind.slice(1)}`,
    { source: undefined } as never,
  ],
};

/** The name of a rest variable begins with its star in oso. */
const singleton = (name: string, { source, start, end }: Span): Made => {
  const isRest = /[[,]\s*\*$/.test(source.text.slice(0, start));
  const shown = isRest ? `*${name}` : name;
  return [
    'ValidationError::SingletonVariable',
    `Singleton variable ${shown} is unused or undefined; try renaming to _${shown} or _`,
    { source, start: isRest ? start - 1 : start, end },
  ];
};

/** Returns whether oso reports an error without a place. */
const isWithoutPlace = ({ code, data }: Diagnostic): boolean =>
  code === 'POLAR_CHECK_BLOCK_NOT_A_RELATION' ||
  code === 'POLAR_LOAD_DUPLICATE_SOURCE' ||
  (code === 'POLAR_CHECK_MISSING_REQUIRED_RULE' &&
    (data as { ruleType: string }).ruleType.startsWith('has_role'));

/** Returns the text that oso has for an error about a policy. */
export function osoTextOf(diagnostic: Diagnostic, policy: LoadedPolicy): OsoText {
  const { code, data, span } = diagnostic;
  const make = texts[code];
  if (make === undefined) return { name: 'ValidationError::Nanook', text: diagnostic.message, span };
  const [name, text, at = span] = make(data, span as never, policy);
  return { name, text, span: span === undefined || isWithoutPlace(diagnostic) ? undefined : at };
}
