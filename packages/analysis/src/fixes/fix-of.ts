import { textOf, type DataOf, type Span } from '@nanook/core/syntax';
import type { Finding } from '../findings/finding.js';
import type { Candidate } from './apply-fixes.js';
import type { Fix } from './fix.js';
import { conditionAround, hasSeveralParts, isAlone } from './condition-around.js';

type FixMaker = (span: Span, data: unknown) => Fix | undefined;

const replace = (span: Fix['span'], text: string, changes?: string): Fix => ({ span, text, changes });

/** The comparisons with an operator. */
const comparisons = { '=': /[^!<>:=]==?[^=]/, '!=': /!=/, in: /\bin\b/ };

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
  // The comments inside a rule would be lost with it.
  NANOOK_LINT_DUPLICATE_RULE: (span) =>
    hasComment(textOf(span)) ? undefined : replace(statementPlace(span), ''),
  NANOOK_LINT_DUPLICATE_CONDITION(span) {
    if (hasComment(textOf(span))) return undefined;
    // The operator before the second condition goes with it, and the space before the operator unless it ends a comment.
    const before = /(\s*)\b(?:and|or)\s+$/.exec(span.source.text.slice(0, span.start));
    if (before === null) return undefined;
    const start = span.start - before[0].length;
    const isBehindComment = hasComment(lineUpTo(span.source.text, start));
    const kept = isBehindComment ? before[1]!.length : 0;
    return replace({ source: span.source, start: start + kept, end: span.end }, '');
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
  POLAR_CHECK_BOTH_NIL(span, data) {
    const { operator, guards } = data as DataOf<'POLAR_CHECK_BOTH_NIL'>;
    // A pattern has no place for a test, and below a negation `!=` is reported as an equality.
    if (!comparisons[operator].test(textOf(span))) return undefined;
    const text = [...guards.map((guard) => `${guard} != nil`), textOf(span)].join(' and ');
    const change = operator === '!=' ? 'if one value is `nil`' : 'if both values are `nil`';
    return replace(
      span,
      isAlone(span) ? text : `(${text})`,
      `${change}, the condition is false; before, it held`,
    );
  },
  NANOOK_LINT_MAY_BE_NIL(span) {
    const condition = conditionAround(span);
    if (condition === undefined) return undefined;
    const text = `${textOf(span)} != nil and ${textOf(condition)}`;
    const before = hasSeveralParts(condition)
      ? 'its other parts decided it, or it was undecided'
      : 'it was undecided';
    return replace(
      condition,
      isAlone(condition) ? text : `(${text})`,
      `for \`nil\`, the condition is false; before, ${before}`,
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

/** Returns the findings that may have a fix. The others only a person can correct. */
export const candidatesFrom = (findings: readonly Finding[]): readonly Candidate[] =>
  findings.flatMap((finding) => {
    const { code, span, data } = finding;
    const fix = span && makers[code]?.(span, data);
    return fix === undefined ? [] : [{ finding, fix }];
  });

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

/** Extends the place of a statement to its lines if nothing else is on them, or else to the space between it and the rest. */
function statementPlace({ source, start, end }: Span): Fix['span'] {
  const { text } = source;
  const isFirst = lineUpTo(text, start).trim() === '';
  const [space, lineBreak] = /^[ \t]*(\r?\n|$)?/.exec(text.slice(end))!;
  if (lineBreak === undefined) return { source, start, end: end + space.length };
  if (isFirst) return { source, start: start - lineUpTo(text, start).length, end: end + space.length };
  const between = /[ \t]*$/.exec(text.slice(0, start))![0].length;
  return { source, start: start - between, end };
}

const lineUpTo = (text: string, end: number): string => text.slice(text.lastIndexOf('\n', end - 1) + 1, end);

/** Returns whether a part of a policy has a comment: a `#` outside its strings. */
const hasComment = (text: string): boolean => text.replaceAll(/"(?:\\.|[^"\\\n])*"/g, '').includes('#');
