import type { Finding } from '../findings/finding.js';
import { placeOf, type TextEdit } from '../workspace/place.js';
import type { Snapshot } from '../workspace/snapshot.js';
import { fixesOf, fixPolicy } from './fixes-of.js';

/** A correction that an editor offers. */
export interface CodeAction {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** The code of the corrected finding; undefined for a correction of all findings. */
  readonly code: string | undefined;
  /** Whether all answers stay the same. */
  readonly keepsAnswers: boolean;
  readonly start: number;
  readonly end: number;
}

/** Returns the fix of each finding of a file that touches a range. */
export function codeActionsIn(
  snapshot: Snapshot,
  findings: readonly Finding[],
  file: string,
  range: { readonly start: number; readonly end: number },
): readonly CodeAction[] {
  const touched = findings.filter(
    ({ span }) => span?.source.name === file && span.start <= range.end && range.start <= span.end,
  );
  const fixes = fixesOf(fixedPolicies(snapshot), touched);
  return [...fixes].map(([{ code, span }, { text, changes, span: replaced }]) => {
    const { source, start, end } = replaced;
    return {
      title: `${titleOf(code, text)}${changes === undefined ? '' : ` (${changes})`}`,
      edits: [{ ...placeOf({ source, start, end }), text }],
      code,
      keepsAnswers: changes === undefined,
      start: span?.start ?? start,
      end: span?.end ?? end,
    };
  });
}

/** Returns the correction of all findings of a file whose fixes keep all answers; undefined if there is none. */
export function fixAllIn(
  snapshot: Snapshot,
  findings: readonly Finding[],
  name: string,
): CodeAction | undefined {
  const file = snapshot.file(name);
  if (file === undefined) return undefined;
  const own = findings.filter(({ span }) => span?.source.name === name);
  const { text } = file;
  const fixed = fixPolicy(fixedPolicies(snapshot), { name, source: text }, own, 'keep-answers');
  if (fixed.applied.length === 0) return undefined;
  const whole = { start: 0, end: text.length };
  return {
    title: 'Fix all findings that keep the answers',
    edits: [{ file: name, ...whole, text: fixed.source }],
    code: undefined,
    keepsAnswers: true,
    ...whole,
  };
}

const fixedPolicies = ({ files, settings }: Snapshot) => ({
  policies: files.map(({ name, text }) => ({ name, source: text })),
  constants: settings.constants,
});

const titles: Readonly<Record<string, string>> = {
  POLAR_PARSE_MISSING_SEMICOLON: 'Add `;`',
  POLAR_PARSE_PARENTHESES_NEEDED: 'Add parentheses',
  POLAR_CHECK_AMBIGUOUS_PRECEDENCE: 'Add parentheses',
  POLAR_CHECK_BOTH_NIL: 'Add a test for `nil`',
  POLAR_CHECK_FIELD_CALLED: 'Remove `()`',
  NANOOK_LINT_MAY_BE_NIL: 'Add a test for `nil`',
  NANOOK_LINT_DUPLICATE_RULE: 'Remove the rule',
  NANOOK_LINT_DUPLICATE_CONDITION: 'Remove the condition',
};

const titleOf = (code: string, text: string): string => titles[code] ?? `Replace with \`${text.trim()}\``;
