import { textOf, type DataOf, type Span } from '@nanook/core/syntax';
import type { Finding } from '../finding.js';
import type { Fix } from './fix.js';
import { conditionAround, isAlone } from './condition-around.js';

type FixMaker = (span: Span, data: unknown) => Fix | undefined;

const replace = (span: Fix['span'], text: string, changes?: string): Fix => ({ span, text, changes });

/** The fixes, by the code of the finding. */
const makers: Readonly<Record<string, FixMaker>> = {
  POLAR_PARSE_FOREIGN_SYNTAX(span, data) {
    const { found, instead } = data as DataOf<'POLAR_PARSE_FOREIGN_SYNTAX'>;
    return instead !== undefined && textOf(span) === found ? replace(span, spaced(instead, span)) : undefined;
  },
  POLAR_PARSE_MISSING_SEMICOLON: ({ source, end }) => replace({ source, start: end, end }, ';'),
  POLAR_PARSE_PARENTHESES_NEEDED(span, data) {
    const { instead } = data as DataOf<'POLAR_PARSE_PARENTHESES_NEEDED'>;
    const whole = expressionEndingAt(span, instead);
    return whole && replace(whole, instead);
  },
  POLAR_CHECK_FOREIGN_NAME: (span, data) =>
    replace(span, (data as DataOf<'POLAR_CHECK_FOREIGN_NAME'>).instead),
  POLAR_CHECK_AMBIGUOUS_PRECEDENCE: (span) => replace(span, `(${textOf(span)})`),
  NANOOK_LINT_DUPLICATE_RULE: (span) => replace(wholeLines(span), ''),
  NANOOK_LINT_DUPLICATE_CONDITION(span) {
    // The operator before the second condition goes with it.
    const before = /(?:\band|\bor)\s+$/.exec(span.source.text.slice(0, span.start));
    if (before === null) return undefined;
    const start = span.start - before[0].length;
    const space = /\s*$/.exec(span.source.text.slice(0, start))![0].length;
    return replace({ source: span.source, start: start - space, end: span.end }, '');
  },
  POLAR_CHECK_NESTED_CLASS_NAME(span) {
    const type = textOf(span);
    return replace(
      span,
      `${type}{}`,
      `\`${type}{}\` matches each instance; before, the pattern matched only the type itself`,
    );
  },
  POLAR_CHECK_FIELD_CALLED({ source, end }) {
    const call = /^\(\s*\)/.exec(source.text.slice(end));
    if (call === null) return undefined;
    const place = { source, start: end, end: end + call[0].length };
    return replace(place, '', 'the condition reads the field; before, it was undecided');
  },
  NANOOK_LINT_MAY_BE_NIL(span) {
    const condition = conditionAround(span);
    if (condition === undefined) return undefined;
    const text = `${textOf(span)} != nil and ${textOf(condition)}`;
    return replace(
      condition,
      isAlone(condition) ? text : `(${text})`,
      'for `nil`, the condition is false; before, it was undecided',
    );
  },
};

/** Puts spaces around a word that replaces a sign: `a&&!b` becomes `a and not b`. */
function spaced(text: string, { source, start, end }: Span): string {
  if (!/^\w/.test(text)) return text;
  const before = /[^\s(]$/.test(source.text.slice(0, start)) ? ' ' : '';
  const after = /^[^\s!¬]/.test(source.text.slice(end)) ? ' ' : '';
  return before + text + after;
}

/** Returns the fix of a finding; undefined for a finding that only a person can correct. */
export const fixOf = ({ code, span, data }: Finding): Fix | undefined =>
  span === undefined ? undefined : makers[code]?.(span, data);

/**
 * Returns the place of an expression from its end and its text with other parentheses. The advice about a long expression has `…`, and
 * is found nowhere.
 */
function expressionEndingAt({ source, start: last, end }: Span, text: string): Fix['span'] | undefined {
  const plain = (part: string): string => part.replaceAll(/[\s()]/g, '');
  for (let start = last; start >= 0 && end - start <= 2 * text.length; start--)
    if (plain(source.text.slice(start, end)) === plain(text)) return { source, start, end };
  return undefined;
}

/** Extends the place of a statement to its lines if nothing else is on them. */
function wholeLines({ source, start, end }: Span): Fix['span'] {
  const { text } = source;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const [rest = ''] = /^[ \t]*(\r?\n|$)/.exec(text.slice(end)) ?? [];
  const isOnlyStatement = text.slice(lineStart, start).trim() === '' && rest !== '';
  return isOnlyStatement ? { source, start: lineStart, end: end + rest.length } : { source, start, end };
}
