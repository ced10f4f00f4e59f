import { nanook, type Dialect } from '../dialect/dialect.js';
import type { Code, DataOf } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { Report } from '../diagnostics/report.js';
import type { Source } from '../diagnostics/source.js';
import type { Span } from '../diagnostics/span.js';
import { spanOf } from '../diagnostics/span.js';
import type { CommentNode, NameNode, StringNode } from './ast.js';
import { Lexer } from './lexer.js';
import { maxDepth, maxErrors } from './limits.js';
import { isKeyword, type Token, type TokenKind } from './token.js';

/** Unwinds the parser after an error that was reported, up to the start of the next statement. It never leaves the parser. */
export class ReportedSyntaxError {}

/** The position of the parser in the tokens, and its reports about them. */
export class TokenCursor {
  #lexical = new Report();
  #lexer: Lexer;
  /** The comments before the text of the lexer. */
  #comments: CommentNode[] = [];
  /** The offset at which the text is cut, before a statement that is read on its own. */
  #cut: number | undefined;
  // Only these tokens are kept, because a policy may have hundreds of thousands.
  #previous: Token | undefined;
  #current: Token;
  #next: Token | undefined;
  #position = 0;
  /** The last span, which is often needed again: a parameter that is a string has the span of the string. */
  #lastSpan: Span | undefined;
  #depth = 0;
  #lastFault: Token | undefined;
  readonly #errors = new Report();
  #forgiven: (readonly [start: number, end: number])[] = [];

  /** Whether the parser is in a test, in which `User{"ann"}` is an object. */
  isInTest = false;

  /** Whether the parser is in the query of an assertion, in which a variable can have a type: `action: String`. */
  isInAssertion = false;

  /** Whether the parser is in a rule of a block, in which `"owner"` is a condition. */
  isInBlock = false;

  /** @param start where a statement begins */
  constructor(
    readonly source: Source,
    readonly dialect: Dialect = nanook,
    start = 0,
  ) {
    this.#lexer = new Lexer(source, this.#lexical, dialect, start);
    this.#current = this.#lexer.next();
  }

  // ── cutting ──

  /** The errors of the parser in the text that was read. */
  get parserErrors(): readonly Diagnostic[] {
    return this.#errors.diagnostics;
  }

  /** The errors of the lexer in the text that was read. */
  get lexicalErrors(): readonly Diagnostic[] {
    return this.#lexical.diagnostics.filter(
      ({ span }) => !this.#forgiven.some(([start, end]) => start <= span!.start && span!.start < end),
    );
  }

  get isCut(): boolean {
    return this.#cut !== undefined;
  }

  /**
   * Reads the text again from the start of a statement, up to the start of another one.
   *
   * @param errorCount the number of errors before this part; those in it are forgotten
   */
  cutAt(start: number, end: number, errorCount: number): void {
    this.#errors.diagnostics.length = errorCount;
    this.#readFrom(start, end);
    this.#cut = end;
  }

  /** Continues behind a cut. @returns false at the end of the text */
  continueBehindCut(): boolean {
    const cut = this.#cut;
    if (cut === undefined) return false;
    this.#readFrom(cut);
    this.#cut = undefined;
    return true;
  }

  #readFrom(start: number, end?: number): void {
    const isBefore = ({ span }: { readonly span?: Span | undefined }): boolean => span!.start < start;
    this.#comments.push(...this.#lexer.comments.filter(isBefore));
    const lexical = new Report();
    lexical.diagnostics.push(...this.#lexical.diagnostics.filter(isBefore));
    this.#lexical = lexical;
    this.#forgiven = this.#forgiven.filter(([from]) => from < start);
    this.#lexer = new Lexer(this.source, lexical, this.dialect, start, end);
    this.#previous = undefined;
    this.#current = this.#lexer.next();
    this.#next = undefined;
  }

  // ── looking ──

  /** The number of tokens that were read. */
  get position(): number {
    return this.#position;
  }

  get current(): Token {
    return this.#current;
  }

  get next(): Token {
    return (this.#next ??= this.#lexer.next());
  }

  get previous(): Token | undefined {
    return this.#previous;
  }

  get kind(): TokenKind {
    return this.#current.kind;
  }

  is(kind: TokenKind): boolean {
    return this.#current.kind === kind;
  }

  /** Returns the tokens since `first`, by reading them a second time. It is needed only after an error. */
  tokensSince(first: Token): readonly Token[] {
    const lexer = new Lexer(this.source, new Report(), this.dialect, first.start);
    const tokens: Token[] = [];
    for (let token = lexer.next(); token.start < this.#current.start; token = lexer.next())
      tokens.push(token);
    return tokens;
  }

  /** Returns the span from an offset to the end of the previous token. */
  spanFrom(start: number): Span {
    return this.#spanOf(start, this.#previous?.end ?? start);
  }

  spanOfToken(token: Token): Span {
    return this.#spanOf(token.start, token.end);
  }

  #spanOf(start: number, end: number): Span {
    const last = this.#lastSpan;
    if (last?.start === start && last.end === end) return last;
    return (this.#lastSpan = spanOf(this.source, start, end));
  }

  /** Returns the text of a span for a message: on one line, and shortened. */
  quote(span: Span): string {
    const text = this.source.text
      .slice(span.start, Math.min(span.end, span.start + 200))
      .replace(/\s+/gu, ' ');
    const points = [...text];
    return points.length > 60 ? `${points.slice(0, 59).join('')}…` : text;
  }

  // ── moving ──

  advance(): Token {
    const token = this.#current;
    if (token.kind === 'end') return token;
    this.#previous = token;
    this.#current = this.next;
    this.#next = undefined;
    this.#position++;
    return token;
  }

  /** Skips the current token if it has this kind. */
  skip(kind: TokenKind): boolean {
    if (!this.is(kind)) return false;
    this.advance();
    return true;
  }

  expect(kind: TokenKind, expected = `\`${kind}\``): Token {
    if (!this.is(kind)) this.fail(expected);
    return this.advance();
  }

  expectName(expected: string): NameNode {
    const token = this.current;
    if (token.kind !== 'name') this.failName(expected);
    this.advance();
    return { kind: 'name', span: this.spanOfToken(token), name: token.text };
  }

  expectString(expected: string): StringNode {
    const token = this.expect('string', expected);
    return { kind: 'string', span: this.spanOfToken(token), value: token.text };
  }

  /** Reads the current token as another kind, after a report about it. */
  readAs(kind: TokenKind): void {
    this.#current = { ...this.#current, kind, text: kind, isReported: true };
  }

  /** Replaces the text of the current token. */
  renameCurrent(text: string): void {
    this.#current = { ...this.#current, text };
  }

  /** Returns true if the next token follows the current one without a space: `=>` of other languages is two tokens. */
  isFollowedBy(kind: TokenKind): boolean {
    return this.next.kind === kind && this.next.start === this.#current.end;
  }

  // ── depth ──

  enter(): void {
    if (++this.#depth > maxDepth)
      this.failWith('POLAR_PARSE_TOO_DEEP', { limit: maxDepth }, this.spanOfToken(this.current));
  }

  leave(): void {
    this.#depth--;
  }

  /** Starts a statement, or an item of a block, without the state that an error left. */
  startOver(): void {
    this.#depth = 0;
  }

  // ── complaining ──

  /** Reports an error, and continues. */
  report<C extends Code>(code: C, data: DataOf<C>, span: Span): void {
    if (this.#errors.diagnostics.length < maxErrors) this.#errors.error(code, data, span);
  }

  /** Reports foreign syntax, with the syntax of Polar for the same purpose. */
  reportForeign(span: Span, instead: string | undefined, note?: string): void {
    this.report('POLAR_PARSE_FOREIGN_SYNTAX', { found: this.quote(span), instead, note }, span);
  }

  failForeign(span: Span, instead: string | undefined, note?: string): never {
    this.reportForeign(span, instead, note);
    throw new ReportedSyntaxError();
  }

  /** Removes the reports of the lexer between two offsets, because they belong to a mistake that was reported. */
  forgive(start: number, end: number): void {
    this.#forgiven.push([start, end]);
  }

  /** Reports the expected token instead of the current one, once for each token, and stops the statement. */
  reportUnexpected(expected: string): void {
    const token = this.current;
    if (token.isReported || this.#lastFault === token) return;
    this.#lastFault = token;
    if (token.kind === 'end') {
      const end = this.previous?.end ?? 0;
      this.report(
        'POLAR_PARSE_UNEXPECTED_END',
        { expected, isCut: this.isCut },
        spanOf(this.source, end, end),
      );
    } else if (token.kind === 'unterminated') {
      this.report('POLAR_PARSE_UNTERMINATED_STRING', {}, this.spanOfToken(token));
    } else {
      this.report(
        'POLAR_PARSE_UNEXPECTED_TOKEN',
        { found: this.#describe(token), expected },
        this.spanOfToken(token),
      );
    }
  }

  /**
   * Moves the last error to the end of the previous token if it is at the current one, which starts another statement: a mistake in one
   * statement does not blame the next one.
   */
  blamePrevious(): void {
    const last = this.parserErrors.at(-1);
    const { start, startsLine } = this.#current;
    if (last?.span?.start !== start || !startsLine || this.dialect.hasLegacySyntax) return;
    const expected = expectedBy(last);
    if (expected === undefined) return;
    this.#errors.diagnostics.pop();
    this.#lastFault = undefined;
    const end = this.previous?.end ?? 0;
    this.report('POLAR_PARSE_UNEXPECTED_END', { expected, isCut: true }, spanOf(this.source, end, end));
  }

  fail(expected: string): never {
    this.reportUnexpected(expected);
    throw new ReportedSyntaxError();
  }

  /** Fails where a name is expected. A keyword gets a separate message. */
  failName(expected: string): never {
    const token = this.current;
    if (isKeyword(token.kind) && !token.isReported && this.#lastFault !== token) {
      this.#lastFault = token;
      this.report('POLAR_PARSE_RESERVED_WORD', { word: token.text }, this.spanOfToken(token));
      throw new ReportedSyntaxError();
    }
    this.fail(expected);
  }

  failWith<C extends Code>(code: C, data: DataOf<C>, span: Span): never {
    if (!this.current.isReported) this.report(code, data, span);
    this.#lastFault = this.current;
    throw new ReportedSyntaxError();
  }

  #describe(token: Token): string {
    const text = this.quote(this.spanOfToken(token));
    return token.kind === 'string' ? `the string ${text}` : `\`${text}\``;
  }

  /** Reads the text to its end. @returns its comments */
  finish(report: Report): readonly CommentNode[] {
    while (this.#lexer.next().kind !== 'end') continue;
    const all = [...this.lexicalErrors, ...this.#errors.diagnostics];
    all.sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
    report.diagnostics.push(...all.slice(0, maxErrors));
    return this.#comments.length === 0 ? this.#lexer.comments : [...this.#comments, ...this.#lexer.comments];
  }
}

/** Returns the text that an error expected instead of the next statement; undefined for another error. */
function expectedBy({ code, data }: Diagnostic): string | undefined {
  if (code === 'POLAR_PARSE_RESERVED_WORD') return 'a name';
  return code === 'POLAR_PARSE_UNEXPECTED_TOKEN' ? (data as DataOf<typeof code>).expected : undefined;
}
