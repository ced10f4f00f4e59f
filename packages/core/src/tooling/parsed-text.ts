import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { Source } from '../diagnostics/source.js';
import type { Span } from '../diagnostics/span.js';
import { withoutFaults } from '../policy/build/build-policy.js';
import type { StatementNode } from '../syntax/ast.js';
import { maxErrors } from '../syntax/limits.js';
import { isBeforeStatement, readStatement } from '../syntax/parser.js';
import { TokenCursor } from '../syntax/token-cursor.js';

/** A statement of a text, or a part that could not be parsed, with its errors. Its spans are those of the text in which it was parsed. */
interface Part {
  readonly source: Source;
  /** The place in its own text, with the space and the comments before it. */
  readonly start: number;
  readonly end: number;
  /** The start of its first token. */
  readonly tokenStart: number;
  /** The number of characters that it has moved since. */
  readonly shift: number;
  readonly statements: readonly StatementNode[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Texts of earlier versions that stay in memory. */
const maxSources = 64;

/**
 * A policy text with its statements. After an edit, it parses only the statements that the edit can have changed, and keeps the nodes of the
 * others. The spans of nodes are those of the text in which they were parsed: `placeOf` returns the present place.
 */
export class ParsedText {
  readonly #parts: readonly Part[];
  readonly #bySource = new Map<Source, Part[]>();

  private constructor(
    /** The present text. */
    readonly source: Source,
    parts: readonly Part[],
  ) {
    this.#parts = parts;
    for (const part of parts) {
      const known = this.#bySource.get(part.source);
      if (known === undefined) this.#bySource.set(part.source, [part]);
      else known.push(part);
    }
  }

  static of(text: string, name?: string): ParsedText {
    const source = new Source(text, name);
    return new ParsedText(source, partsFrom(source, 0, () => false).parts);
  }

  /** The statements without a syntax error, in the order of the text. */
  get statements(): readonly StatementNode[] {
    return this.#parts.flatMap(({ statements, diagnostics }) =>
      diagnostics.length === 0 ? statements : withoutFaults(statements, diagnostics),
    );
  }

  /** All statements that have a tree, also those with a syntax error that the parser could correct. */
  get readableStatements(): readonly StatementNode[] {
    return this.#parts.flatMap(({ statements }) => statements);
  }

  /** The syntax errors, in the order of the text. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#parts.flatMap(({ diagnostics }) => diagnostics).slice(0, maxErrors);
  }

  /** Returns the present place of a span of a node or an error. */
  placeOf({ source, start, end }: Span): Span {
    const parts = this.#bySource.get(source) ?? [];
    let low = 0;
    let high = parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (parts[middle]!.start <= start) low = middle;
      else high = middle - 1;
    }
    const shift = parts[low]?.shift ?? 0;
    return { source: this.source, start: start + shift, end: end + shift };
  }

  /** Returns the text after an edit. */
  withText(text: string): ParsedText {
    const { name } = this.source;
    const before = this.source.text;
    if (text === before) return this;
    const start = commonStart(before, text);
    const tail = commonEnd(before, text, start);
    const shift = text.length - before.length;
    const changedEnd = text.length - tail;
    // A part with an error can end elsewhere after an edit far behind it.
    const gap = this.#parts.findIndex(
      ({ end, shift: moved, statements, diagnostics }) =>
        end + moved > start || statements.length === 0 || diagnostics.length > 0,
    );
    const prefix = this.#parts.slice(0, gap === -1 ? undefined : gap);
    // A part behind the edit is the same if its first token is on another line.
    const line = text.indexOf('\n', changedEnd);
    const isSame = (part: Part): boolean => {
      const moved = part.shift + shift;
      return line !== -1 && part.start + moved >= changedEnd && part.tokenStart + moved > line;
    };
    const suffix = this.#parts.filter(isSame);
    const starts = new Map(suffix.map((part, i) => [part.start + part.shift + shift, i]));
    const source = new Source(text, name);
    const from = prefix.at(-1);
    const { parts, next } = partsFrom(source, from === undefined ? 0 : from.end + from.shift, (offset) =>
      starts.has(offset),
    );
    const rest = next === undefined ? [] : suffix.slice(starts.get(next));
    const moved = rest.map((part) => ({ ...part, shift: part.shift + shift }));
    const replaced = this.#parts.slice(prefix.length, this.#parts.length - rest.length);
    const all = [...prefix, ...withEqualParts(parts, replaced), ...moved];
    const isComplete = all.reduce((sum, { diagnostics }) => sum + diagnostics.length, 0) < maxErrors;
    const sources = new Set(all.map((part) => part.source));
    return isComplete && sources.size <= maxSources ? new ParsedText(source, all) : ParsedText.of(text, name);
  }
}

/**
 * Parses the parts from an offset on. The last part of a text is the space behind its last statement.
 *
 * @param isKnown returns whether a part that begins at an offset is known, so that the rest of the text needs no parsing
 */
function partsFrom(
  source: Source,
  offset: number,
  isKnown: (offset: number) => boolean,
): { readonly parts: readonly Part[]; readonly next: number | undefined } {
  const cursor = new TokenCursor(source, undefined, offset);
  const found: Part[] = [];
  let start = offset;
  let next: number | undefined;
  while (isBeforeStatement(cursor)) {
    if (isKnown(start)) {
      next = start;
      break;
    }
    const tokenStart = cursor.current.start;
    const earlier = cursor.parserErrors.length;
    const statements: StatementNode[] = [];
    do readStatement(cursor, statements);
    while (cursor.isCut && isBeforeStatement(cursor) && cursor.isCut);
    const end = cursor.previous?.end ?? cursor.current.start;
    const diagnostics = cursor.parserErrors.slice(earlier);
    found.push({ source, start, end, tokenStart, shift: 0, statements, diagnostics });
    start = end;
  }
  if (next === undefined) {
    const { length } = source.text;
    const last = { start, end: length, tokenStart: length };
    found.push({ source, ...last, shift: 0, statements: [], diagnostics: [] });
  }
  const lexical = cursor.lexicalErrors;
  return { parts: found.map((part) => completed(part, lexical)), next };
}

/**
 * Replaces the parts whose statements have the same texts as those that the edit has replaced, from both ends, so that their nodes are kept. An
 * edit of a comment before a statement changes no statement.
 */
function withEqualParts(parts: readonly Part[], replaced: readonly Part[]): readonly Part[] {
  const common = Math.min(parts.length, replaced.length);
  const found = [...parts];
  let first = 0;
  while (first < common && keep(first, first)) first++;
  let last = 1;
  while (last <= common - first && keep(parts.length - last, replaced.length - last)) last++;
  return found;

  /** Returns whether two parts are equal. */
  function keep(index: number, indexOfOld: number): boolean {
    const [part, old] = [parts[index]!, replaced[indexOfOld]!];
    if (part.diagnostics.length > 0 || old.diagnostics.length > 0) return false;
    if (textIn(part) !== textIn(old)) return false;
    const shift = part.tokenStart - old.tokenStart;
    // The comment before an earlier text may have been shorter: its place then belongs to another part of that text.
    if (part.statements.length > 0)
      found[index] = { ...old, start: Math.max(old.start, part.start - shift), shift };
    return true;
  }
}

/** Returns the text of the statement of a part. */
const textIn = ({ source, tokenStart, end }: Part): string => source.text.slice(tokenStart, end);

/** Adds the errors of the lexer. */
function completed(part: Part, lexical: readonly Diagnostic[]): Part {
  const startOf = ({ span }: Diagnostic): number => span?.start ?? 0;
  const own = lexical.filter((each) => part.start <= startOf(each) && startOf(each) < part.end);
  const diagnostics = [...own, ...part.diagnostics].sort((a, b) => startOf(a) - startOf(b));
  return { ...part, diagnostics };
}

function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function commonEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let at = 0;
  while (at < most && a.charCodeAt(a.length - 1 - at) === b.charCodeAt(b.length - 1 - at)) at++;
  return at;
}
