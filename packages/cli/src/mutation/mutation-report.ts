import { codeFrame, type NamedText } from '@nanook/core/syntax';
import { count } from '../output/count.js';
import type { Colors } from '../output/io.js';
import { percentText } from '../policy-coverage/measures.js';
import { lineDiff } from './line-diff.js';
import { applyEdits, type Mutant } from './mutant.js';
import type { MutantResult, MutantStatus } from './mutant-result.js';
import { countsOf, scoreOf } from './score.js';

/** The names of the tests, by position, and the policies. */
export interface MutationContext {
  readonly policies: readonly NamedText[];
  readonly tests: readonly string[];
}

/** Returns the results without the mutants that the tests have killed, and without those that do not count. */
export const undetected = (results: readonly MutantResult[]): readonly MutantResult[] =>
  results.filter(({ status }) => status === 'survived' || status === 'uncovered');

/** Returns the results without the mutants that the tests have killed. */
export const notKilled = (results: readonly MutantResult[]): readonly MutantResult[] =>
  results.filter(({ status }) => status !== 'killed');

const headings: Readonly<Record<MutantStatus, string>> = {
  killed: 'killed',
  survived: 'survived',
  uncovered: 'not covered',
  unresolved: 'unresolved',
  error: 'error',
};

/** The advice for mutants without a difference. */
const withoutDifference: Readonly<Partial<Record<MutantStatus, string>>> = {
  uncovered: 'no test and no fixture reaches the rule; add a fixture, and a test that needs the rule',
  unresolved:
    'all tests pass, and no check was found that the mutant changes; decide whether it means the same as the policy',
};

/** Prints a mutant that the tests do not notice: its place, the change, and the assertion that a test needs. */
export function mutantText(
  { mutant, status, difference, error }: MutantResult,
  { policies }: MutationContext,
  colors: Colors,
): string {
  const { removed, added } = diffOf(mutant, policies);
  const color = status === 'survived' || status === 'uncovered' ? colors.red : colors.yellow;
  const advice =
    difference === undefined
      ? [error ?? withoutDifference[status] ?? '']
      : [
          ...difference.setup.map((fact) => `in a setup: ${fact}`),
          ...difference.changes.map((change) => `with the test data ${change}`),
          `a test needs: ${colors.bold(difference.assertion)}`,
        ];
  return [
    `${color(headings[status])} ${mutant.operator}: ${mutant.summary}`,
    codeFrame(mutant.span),
    ...removed.map((line) => colors.red(`  - ${line}`)),
    ...added.map((line) => colors.green(`  + ${line}`)),
    ...advice.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** Prints the numbers of mutants, and the score. */
export function mutationSummary(results: readonly MutantResult[], colors: Colors): string {
  const counts = countsOf(results);
  const { killed, survived, uncovered, unresolved, error } = counts;
  const parts = [
    `${killed} killed`,
    `${survived} survived`,
    `${uncovered} not covered`,
    `${unresolved} unresolved`,
    `${count(error, 'error')}`,
  ];
  const score = scoreOf(counts);
  const color = score === 100 ? colors.green : colors.yellow;
  return [
    `${count(results.length, 'mutant')}: ${parts.join(', ')}`,
    color(`mutation score: ${percentText(score)}`),
  ].join('\n');
}

/** Returns the results as data for `--json`. */
export function mutationData(results: readonly MutantResult[], context: MutationContext): object {
  const counts = countsOf(results);
  return {
    score: scoreOf(counts),
    ...counts,
    mutants: results.map(({ mutant, status, killedBy, difference, error }) => {
      const { line, column } = mutant.span.source.positionAt(mutant.span.start);
      return {
        id: mutant.id,
        status,
        operator: mutant.operator,
        summary: mutant.summary,
        file: mutant.file,
        line,
        column,
        ...diffOf(mutant, context.policies),
        ...(killedBy === undefined ? {} : { killedBy: context.tests[killedBy] }),
        ...(difference && { difference }),
        ...(error === undefined ? {} : { error }),
      };
    }),
  };
}

function diffOf({ file, edits }: Mutant, policies: readonly NamedText[]) {
  const source = policies.find(({ name }) => name === file)?.source ?? '';
  return lineDiff(source, applyEdits(source, edits));
}
