import type { Code, DataOf } from '../diagnostics/codes.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { Source } from '../diagnostics/source.js';
import { spanOf } from '../diagnostics/span.js';
import type { CommentNode } from './ast.js';
import { maxErrors } from './limits.js';
import type { Token, TokenKind } from './token.js';
import { isKeyword, punctuation, reservedWord } from './token.js';

/** What other languages write, and the token it most likely stands for: reported, then read as that. Longest first. */
const foreignOperators: readonly (readonly [found: string, instead: TokenKind])[] = [
  ['===', '=='],
  ['!==', '!='],
  ['&&', 'and'],
  ['||', 'or'],
  ['<>', '!='],
  ['&', 'and'],
  ['|', 'or'],
  ['%', 'mod'],
  ['!', 'not'],
];

const operatorsByFirst = new Map<string, (readonly [text: string, kind: TokenKind, isForeign: boolean])[]>();
for (const [text, kind, isForeign] of [
  ...foreignOperators.map(([found, instead]) => [found, instead, true] as const),
  ...punctuation.map((text) => [text, text, false] as const),
]) {
  const first = text[0]!;
  operatorsByFirst.set(first, [...(operatorsByFirst.get(first) ?? []), [text, kind, isForeign] as const]);
}
for (const operators of operatorsByFirst.values()) operators.sort(([a], [b]) => b.length - a.length);

/** For ASCII, by code: the one token that can begin there and is that character. */
const lonePunctuation: readonly (TokenKind | undefined)[] = Array.from({ length: 0x80 }, (_, code) => {
  const [only, another] = operatorsByFirst.get(String.fromCharCode(code)) ?? [];
  return only?.[0].length === 1 && !only[2] && another === undefined ? only[1] : undefined;
});

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0' };

// Beyond ASCII everything is a letter except what nobody sees: it would make names that look alike. (oso takes these too.)
// ZWNJ and ZWJ stay: they belong to the spelling of some scripts and to emoji.
const invisible = /^[\p{White_Space}\p{Cc}\p{Cf}\p{Cs}]$/u;
const isJoiner = (char: string): boolean => char === '\u200c' || char === '\u200d';

const isDigit = (char: string): boolean => char >= '0' && char <= '9';
const isBlank = (char: string): boolean => char === ' ' || char === '\t' || char === '\r' || char === '\n';

function startsName(char: string): boolean {
  if (char < '\u0080') return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || char === '_';
  return !invisible.test(char);
}

const continuesName = (char: string): boolean =>
  startsName(char) || (char !== '' && isDigit(char)) || isJoiner(char);

/** Whether a text is one name, as the lexer reads it. Keywords are. */
export function isName(text: string): boolean {
  return (
    text !== '' &&
    startsName(String.fromCodePoint(text.codePointAt(0)!)) &&
    endOfName(text, 0) === text.length
  );
}

const charAt = (text: string, offset: number): string =>
  offset < text.length ? String.fromCodePoint(text.codePointAt(offset)!) : '';

/** For ASCII, by code: whether a name goes on with it. Nearly all of a policy is read by this table. */
const nameCodes = Uint8Array.from({ length: 0x80 }, (_, code) =>
  Number(continuesName(String.fromCharCode(code))),
);
const isNameCode = (code: number): boolean => nameCodes[code] === 1;
const isDigitCode = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Letters, digits, `_`, `::` between two of them, and one `?` as the last. */
function endOfName(text: string, start: number): number {
  let at = start;
  for (;;) {
    while (at < text.length && isNameCode(text.charCodeAt(at))) at++;
    const char = charAt(text, at);
    if (char === '?') return at + 1;
    if (char !== '' && continuesName(char)) at += char.length;
    else if (char === ':' && text[at + 1] === ':' && continuesName(charAt(text, at + 2))) at += 2;
    else return at;
  }
}

export interface Lexed {
  /** The last one is `end`. */
  readonly tokens: readonly Token[];
  readonly comments: readonly CommentNode[];
}

/** Reads the tokens of a text. What is no token is reported and read as well as can be guessed; it never gives up. */
export function lex(source: Source, report: Report): Lexed {
  const { text } = source;
  const tokens: Token[] = [];
  const comments: CommentNode[] = [];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  let lineStart = at;
  let indent = 0;
  let startsLine = true;

  const push = (kind: TokenKind, end: number, value: string, number = 0, isReported = false): void => {
    if (startsLine) indent = at - lineStart;
    tokens.push({ kind, start: at, end, text: value, number, startsLine, indent, isReported });
    startsLine = false;
    at = end;
  };
  const complain = <C extends Code>(code: C, data: DataOf<C>, end: number): void => {
    if (report.diagnostics.length < maxErrors) report.error(code, data, spanOf(source, at, end));
  };

  const comment = (): void => {
    let end = at;
    while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
    comments.push({ kind: 'comment', span: spanOf(source, at, end), text: text.slice(at, end) });
    at = end;
  };

  const name = (): void => {
    const end = endOfName(text, at);
    const word = text.slice(at, end);
    if (word === reservedWord) {
      complain('POLAR_PARSE_FOREIGN_SYNTAX', { found: word, instead: 'matches' }, end);
      return push('matches', end, word, 0, true);
    }
    push(isKeyword(word) ? word : 'name', end, word);
    if (text.startsWith('::', at)) {
      complain('POLAR_PARSE_INVALID_CHARACTER', { character: ':' }, at + 2);
      push('invalid', at + 2, '::', 0, true);
    }
  };

  const number = (): void => {
    let end = at;
    const digits = (): boolean => {
      const start = end;
      while (end < text.length && isDigit(text[end]!)) end++;
      return end > start;
    };
    digits();
    let isInteger = true;
    let isValid = true;
    if (text[end] === '.') {
      isInteger = false;
      end++;
      digits();
    }
    if (text[end] === 'e' || text[end] === 'E') {
      isInteger = false;
      end++;
      if (text[end] === '+' || text[end] === '-') end++;
      isValid = digits();
    }
    const written = text.slice(at, end);
    const value = isValid ? Number(written) : 0;
    const isTooLarge = isInteger && !Number.isSafeInteger(value);
    if (!isValid) complain('POLAR_PARSE_INVALID_NUMBER', { text: written }, end);
    else if (isTooLarge) complain('POLAR_PARSE_INTEGER_TOO_LARGE', { text: written }, end);
    push('number', end, written, value, !isValid || isTooLarge);
  };

  const string = (): void => {
    let value = '';
    let from = at + 1;
    let end = from;
    while (end < text.length && text[end] !== '"' && text[end] !== '\n') {
      if (text[end] !== '\\' || end + 1 >= text.length) {
        end++;
        continue;
      }
      const escaped = charAt(text, end + 1);
      value += text.slice(from, end) + (Object.hasOwn(escapes, escaped) ? escapes[escaped]! : escaped);
      end += 1 + escaped.length;
      from = end;
    }
    if (text[end] === '"') push('string', end + 1, value + text.slice(from, end));
    else push('unterminated', end, text.slice(at, end));
  };

  /** `'text'` of other languages, if its line closes it. */
  const singleQuoted = (): boolean => {
    let end = at + 1;
    while (end < text.length && text[end] !== "'" && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
    if (text[end] !== "'") return false;
    const inner = text.slice(at + 1, end);
    complain(
      'POLAR_PARSE_FOREIGN_SYNTAX',
      { found: text.slice(at, end + 1), instead: `"${inner}"` },
      end + 1,
    );
    push('string', end + 1, inner, 0, true);
    return true;
  };

  /** `@`, `$`, … and what nobody sees; a run of them is one mistake. */
  const invalid = (): void => {
    const character = charAt(text, at);
    let end = at + character.length;
    while (charAt(text, end) === character) end += character.length;
    complain('POLAR_PARSE_INVALID_CHARACTER', { character }, end);
    push('invalid', end, character, 0, true);
  };

  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x20) {
      at++;
      continue;
    }
    if (isNameCode(code) && !isDigitCode(code)) {
      name();
      continue;
    }
    const punctuationMark = lonePunctuation[code];
    if (punctuationMark !== undefined) {
      push(punctuationMark, at + 1, punctuationMark);
      continue;
    }
    const char = charAt(text, at);
    if (char === '\n') {
      at++;
      lineStart = at;
      startsLine = true;
    } else if (isBlank(char)) at++;
    else if (char === '#') comment();
    else if (startsName(char)) name();
    else if (isDigit(char)) number();
    else if (char === '"') string();
    else if (char === "'" && singleQuoted()) continue;
    else {
      const operator = operatorsByFirst.get(char)?.find(([written]) => text.startsWith(written, at));
      if (operator === undefined) invalid();
      else {
        const [written, kind, isForeign] = operator;
        if (isForeign)
          complain('POLAR_PARSE_FOREIGN_SYNTAX', { found: written, instead: kind }, at + written.length);
        push(kind, at + written.length, written, 0, isForeign);
      }
    }
  }
  push('end', at, '');
  return { tokens, comments };
}
