import { nanook, type Dialect } from '../dialect/dialect.js';
import type { Code, DataOf } from '../diagnostics/codes.js';
import { Report } from '../diagnostics/report.js';
import type { Source } from '../diagnostics/source.js';
import { spanOf } from '../diagnostics/span.js';
import { groupBy } from '../internal/group-by.js';
import type { CommentNode } from './ast.js';
import { currentTimeName } from '../internal/current-time.js';
import { foreignOperators, foreignQuotes, isForeignCharacter, operatorNotes } from './foreign.js';
import { maxErrors } from './limits.js';
import type { Token, TokenKind } from './token.js';
import { findKeyword, punctuation, reservedWord } from './token.js';

interface Operator {
  readonly text: string;
  readonly kind: TokenKind;
  readonly isForeign: boolean;
  /** The advice for foreign operators without a counterpart in Polar. */
  readonly note: string | undefined;
}

/** The operators by the code of their first character, the longest first, so that the first match is the right one. */
const operatorsByCode = groupBy(
  [
    ...foreignOperators.map(([text, kind]): Operator => ({ text, kind, isForeign: true, note: undefined })),
    ...operatorNotes.map(([text, note]): Operator => ({ text, kind: 'invalid', isForeign: true, note })),
    ...punctuation.map((text): Operator => ({ text, kind: text, isForeign: false, note: undefined })),
  ].sort((a, b) => b.text.length - a.text.length),
  ({ text }) => text.charCodeAt(0),
);
const noOperators: readonly Operator[] = [];

const code = {
  tab: 0x09,
  newline: 0x0a,
  return: 0x0d,
  space: 0x20,
  quote: 0x22,
  hash: 0x23,
  dash: 0x2d,
  slash: 0x2f,
  colon: 0x3a,
  questionMark: 0x3f,
  at: 0x40,
  brace: 0x7b,
} as const;

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0' };

/** Reads the characters of a string up to one of the closing quotes, or to the end of the line. */
function readString(
  text: string,
  start: number,
  closing: string,
): { readonly value: string; readonly end: number } {
  let value = '';
  let from = start;
  let end = start;
  while (end < text.length && !closing.includes(text[end]!) && text[end] !== '\n') {
    if (text[end] !== '\\' || end + 1 >= text.length) {
      end++;
      continue;
    }
    const escaped = charAt(text, end + 1);
    value += text.slice(from, end) + (Object.hasOwn(escapes, escaped) ? escapes[escaped]! : escaped);
    end += 1 + escaped.length;
    from = end;
  }
  return { value: value + text.slice(from, end), end };
}

/** Writes a double quote within a string, which another kind of quotes has ended: `"` becomes `\"`, and `\'` becomes `'`. */
const escapeQuote = (written: string): string =>
  written === '"' ? '\\"' : /[\\nrt0"]$/.test(written) ? written : written.slice(1);

// Beyond ASCII, every character is a letter except invisible ones, which would make different names look alike. (oso accepts these
// too.) ZWNJ and ZWJ are allowed, because some scripts and emoji need them.
const invisible = /^[\p{White_Space}\p{Cc}\p{Cf}\p{Cs}]$/u;
const isJoiner = (char: string): boolean => char === '\u200c' || char === '\u200d';

const isDigit = (char: string): boolean => char >= '0' && char <= '9';

function startsName(char: string): boolean {
  if (char < '\u0080') return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || char === '_';
  return !invisible.test(char) && !isForeignCharacter(char);
}

const continuesName = (char: string): boolean =>
  startsName(char) || (char !== '' && isDigit(char)) || isJoiner(char);

/** Returns true if the lexer reads a text as one name or keyword. */
export function isName(text: string): boolean {
  return (
    text !== '' &&
    startsName(String.fromCodePoint(text.codePointAt(0)!)) &&
    endOfName(text, 0) === text.length
  );
}

const charAt = (text: string, offset: number): string =>
  offset < text.length ? String.fromCodePoint(text.codePointAt(offset)!) : '';

// Tests of characters by code, which are fast for ASCII: nearly every policy is ASCII.
const isDigitCode = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;
const isLetterCode = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || unit === 0x5f;
const isNameCode = (unit: number): boolean => isLetterCode(unit) || isDigitCode(unit);

/** Reads a name: letters, digits, `_`, `::` between two of them, and one `?` at the end. */
function endOfName(text: string, start: number, isAnyLetter = false): number {
  let at = start;
  for (;;) {
    while (at < text.length && isNameCode(text.charCodeAt(at))) at++;
    const unit = text.charCodeAt(at);
    if (unit < 0x80 && unit !== code.colon && unit !== code.questionMark) return at;
    const char = charAt(text, at);
    if (char === '?') return at + 1;
    const continues = (next: string): boolean => continuesName(next) || (isAnyLetter && next >= '\u0080');
    if (char !== '' && continues(char)) at += char.length;
    else if (char === ':' && text[at + 1] === ':' && continues(charAt(text, at + 2))) at += 2;
    else return at;
  }
}

/** Reads the tokens of a text one by one. It reports invalid text, reads it as the most likely token, and never stops early. */
export class Lexer {
  /** The tokens that were read. */
  readonly comments: CommentNode[] = [];
  readonly #text: string;
  #at: number;
  #lineStart: number;
  #indent = 0;
  #startsLine = true;
  #isAfterName = false;
  /** The end of the last foreign comment. */
  #commentEnd = 0;
  /** Names and strings of the text. Each is kept once, regardless of its number of uses. */
  readonly #words = new Map<string, string>();

  /**
   * @param start where a token begins
   * @param end where the text ends
   */
  constructor(
    readonly source: Source,
    readonly report: Report,
    readonly dialect: Dialect = nanook,
    start = 0,
    end = source.text.length,
  ) {
    this.#text = end === source.text.length ? source.text : source.text.slice(0, end);
    this.#at = start === 0 && this.#text.startsWith('\ufeff') ? 1 : start;
    this.#lineStart = start === 0 ? this.#at : this.#text.lastIndexOf('\n', start - 1) + 1;
    const before = this.#text.slice(this.#lineStart, this.#at);
    this.#startsLine = before.trim() === '';
    this.#indent = before.length - before.trimStart().length;
  }

  /** Returns the next token; at the end of the text `end`, as often as it is called. */
  next(): Token {
    const text = this.#text;
    if (this.#isAfterName && text.startsWith('::', this.#at)) return this.#strayColons();
    while (this.#at < text.length) {
      const unit = text.charCodeAt(this.#at);
      if (unit === code.space || unit === code.tab || unit === code.return) this.#at++;
      else if (unit === code.newline) {
        this.#at++;
        this.#lineStart = this.#at;
        this.#startsLine = true;
      } else if (isLetterCode(unit)) return this.#name();
      else if (isDigitCode(unit)) return this.#number();
      else if (unit === code.quote) return this.#string();
      else if (unit === code.hash) this.#comment();
      else if (!this.dialect.hasLegacySyntax && this.#foreignComment(unit)) continue;
      else if (unit >= 0x80 && (this.dialect.hasLegacySyntax || startsName(charAt(text, this.#at))))
        return this.#name();
      else return this.#operator(unit);
    }
    return this.#token('end', this.#at, '');
  }

  #token(kind: TokenKind, end: number, text: string, number = 0, isReported = false): Token {
    const start = this.#at;
    const startsLine = this.#startsLine;
    if (startsLine) this.#indent = start - this.#lineStart;
    this.#startsLine = false;
    this.#isAfterName = false;
    this.#at = end;
    return { kind, start, end, text, number, startsLine, indent: this.#indent, isReported };
  }

  #reportError<C extends Code>(code: C, data: DataOf<C>, end: number): void {
    if (this.report.diagnostics.length < maxErrors)
      this.report.error(code, data, spanOf(this.source, this.#at, end));
  }

  #comment(): void {
    const text = this.#text;
    const start = this.#at;
    let end = start;
    while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
    this.comments.push({
      kind: 'comment',
      span: spanOf(this.source, start, end),
      text: text.slice(start, end),
    });
    this.#at = end;
  }

  #name(): Token {
    const text = this.#text;
    const end = endOfName(text, this.#at, this.dialect.hasLegacySyntax === true);
    const word = text.slice(this.#at, end);
    if (word === reservedWord) {
      this.#reportError(
        'POLAR_PARSE_FOREIGN_SYNTAX',
        { found: word, instead: 'matches', note: undefined },
        end,
      );
      return this.#token('matches', end, word, 0, true);
    }
    const keyword = findKeyword(word);
    const token = this.#token(keyword ?? 'name', end, keyword ?? this.#kept(word));
    this.#isAfterName = true;
    return token;
  }

  #kept(word: string): string {
    const known = this.#words.get(word);
    if (known === undefined) this.#words.set(word, word);
    return known ?? word;
  }

  /** Reports a `::` right behind a name that joins no other name to it. */
  #strayColons(): Token {
    const end = this.#at + 2;
    this.#reportError('POLAR_PARSE_INVALID_CHARACTER', { character: ':' }, end);
    return this.#token('invalid', end, '::', 0, true);
  }

  #number(): Token {
    const text = this.#text;
    let end = endOfDigits(text, this.#at);
    let isInteger = true;
    let isValid = true;
    if (text[end] === '.') {
      isInteger = false;
      end = endOfDigits(text, end + 1);
    }
    const endOfMantissa = end;
    if (text[end] === 'e' || text[end] === 'E') {
      isInteger = false;
      end++;
      if (text[end] === '+' || text[end] === '-') end++;
      const exponent = end;
      end = endOfDigits(text, exponent);
      isValid = end > exponent;
    }
    if (this.dialect.hasLegacySyntax && !isInteger) {
      const legacy = /^[eE]\d*[+-]?\d*/u.exec(text.slice(endOfMantissa))?.[0] ?? '';
      end = Math.max(end, endOfMantissa + legacy.length);
      isValid = !Number.isNaN(Number(text.slice(this.#at, end)));
    }
    // `1_000` in other languages.
    if (text[end] === '_' && isDigit(text[end + 1] ?? '')) {
      isValid = false;
      end = endOfName(text, end);
    }
    const written = text.slice(this.#at, end);
    const value = isValid ? Number(written) : 0;
    const isTooLarge =
      isInteger &&
      !Number.isSafeInteger(value) &&
      !(this.dialect.hasOwnOperators && BigInt(written) < 2n ** 63n);
    if (!isValid) this.#reportError('POLAR_PARSE_INVALID_NUMBER', { text: written }, end);
    else if (isTooLarge) this.#reportError('POLAR_PARSE_INTEGER_TOO_LARGE', { text: written }, end);
    return this.#token('number', end, written, value, !isValid || isTooLarge);
  }

  #string(): Token {
    const text = this.#text;
    const { value, end } = readString(text, this.#at + 1, '"');
    if (text[end] === '"') return this.#token('string', end + 1, this.#kept(value));
    return this.#token('unterminated', end, text.slice(this.#at, end));
  }

  /** Reads an operator of Polar, a foreign one, or an unknown character. */
  #operator(first: number): Token {
    const closing = foreignQuotes.get(charAt(this.#text, this.#at));
    if (closing !== undefined) {
      const string = this.#foreignString(closing);
      if (string !== undefined) return string;
    }
    if (
      first === code.at &&
      !this.dialect.hasLegacySyntax &&
      this.#text.startsWith(currentTimeName, this.#at)
    ) {
      const end = endOfName(this.#text, this.#at + 1);
      if (end === this.#at + currentTimeName.length) return this.#token('name', end, currentTimeName);
    }
    for (const { text, kind, isForeign, note } of operatorsByCode.get(first) ?? noOperators) {
      if (text.length > 1 && !this.#text.startsWith(text, this.#at)) continue;
      const end = this.#at + text.length;
      if (isForeign) {
        const instead = note === undefined ? kind : undefined;
        this.#reportError('POLAR_PARSE_FOREIGN_SYNTAX', { found: text, instead, note }, end);
      }
      return this.#token(kind, end, text, 0, isForeign);
    }
    return this.#invalid();
  }

  /** Reads `'text'` of other languages, if its line closes it. */
  #foreignString(closing: string): Token | undefined {
    const text = this.#text;
    const start = this.#at;
    const { value, end } = readString(text, start + 1, closing);
    if (end >= text.length || text[end] === '\n') return undefined;
    const inner = text.slice(start + 1, end);
    const found = text.slice(start, end + 1);
    const isTemplate = text[start] === '`' && inner.includes('${');
    const note = isTemplate ? 'there are no templates; join texts with `text.concat("…")`' : undefined;
    const instead = isTemplate ? undefined : `"${inner.replaceAll(/\\.|"/gsu, escapeQuote)}"`;
    this.#reportError('POLAR_PARSE_FOREIGN_SYNTAX', { found, instead, note }, end + 1);
    return this.#token('string', end + 1, value, 0, true);
  }

  /** Skips a foreign comment or template tag. Several of them on consecutive lines are reported once. */
  #foreignComment(first: number): boolean {
    const { found, end } = this.#findForeignComment(first);
    if (found === undefined) return false;
    const isFurther = this.#commentEnd > 0 && /^\s*$/.test(this.#text.slice(this.#commentEnd, this.#at));
    if (!isFurther) {
      const isTag = found.startsWith('{');
      const note = isTag
        ? 'render the template before the policy is loaded, or write rules for each case'
        : found === '/*'
          ? 'a comment starts with `#` in each of its lines'
          : undefined;
      const data = { found, instead: note === undefined ? '#' : undefined, note };
      this.#reportError('POLAR_PARSE_FOREIGN_SYNTAX', data, this.#at + found.length);
    }
    const lineBreak = this.#text.lastIndexOf('\n', end - 1);
    if (lineBreak >= this.#at) {
      this.#lineStart = lineBreak + 1;
      this.#startsLine = true;
    }
    this.#at = end;
    this.#commentEnd = end;
    return true;
  }

  #findForeignComment(first: number): { readonly found: string | undefined; readonly end: number } {
    const text = this.#text;
    const at = this.#at;
    const upTo = (closing: string): number => {
      const found = text.indexOf(closing, at + 2);
      return found === -1 ? text.length : found + (closing === '\n' ? 0 : closing.length);
    };
    const start = text.slice(at, at + 2);
    if (first === code.slash && start === '//') return { found: start, end: upTo('\n') };
    if (first === code.slash && start === '/*') return { found: start, end: upTo('*/') };
    if (first === code.dash && start === '--' && this.#startsLine && /\s/.test(text[at + 2] ?? ''))
      return { found: start, end: upTo('\n') };
    if (first === code.brace && start === '{%') return { found: start, end: upTo('%}') };
    if (first === code.brace && start === '{{') return { found: start, end: upTo('}}') };
    return { found: undefined, end: at };
  }

  /** Reports unknown and invisible characters, a run of them once. */
  #invalid(): Token {
    const character = charAt(this.#text, this.#at);
    let end = this.#at + character.length;
    while (charAt(this.#text, end) === character) end += character.length;
    this.#reportError('POLAR_PARSE_INVALID_CHARACTER', { character }, end);
    return this.#token('invalid', end, character, 0, true);
  }
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text[end]!)) end++;
  return end;
}
