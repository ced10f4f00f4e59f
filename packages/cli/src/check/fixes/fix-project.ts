import type { NamedPolicy } from '@nanook/core';
import { parse, type PolicyNode } from '@nanook/core/syntax';
import type { Project } from '../../project/project.js';
import { checkProject } from '../check-project.js';
import type { Finding } from '../finding.js';
import { groupBy } from '../lints/group-by.js';
import { applySound, type Candidate, type FixedText, type SoundnessCheck } from './apply-fixes.js';
import type { AppliedFix, Fix } from './fix.js';
import { candidatesFrom } from './fix-of.js';
import { fixSyntax, isCorrection } from './fix-syntax.js';
import { normalForm } from './normal-form.js';

/** Whether fixes keep all answers, or change some of them. */
type Effects = 'keep-answers' | 'change-answers';

type IsFixable = (name: string) => boolean;

/** The policies after fixes, and the fixes. */
interface Fixed {
  readonly project: Project;
  readonly applied: readonly AppliedFix[];
}

/** The policies after all fixes, and the findings that remain. */
export interface FixedProject extends Fixed {
  readonly findings: readonly Finding[];
}

/** A count leaves out the errors behind the first hundred, which the findings do not contain. */
const roundsOfCount = 3;

/** A fix can reveal other findings, because lints run only without an error. */
const maxRounds = 20;

/**
 * Applies the fixes of all findings, and checks again until no fix is left.
 *
 * @param includeChanging whether fixes that change answers are applied, too
 * @param isFixable whether the policy of this name may change
 */
export async function fixProject(
  start: Project,
  includeChanging: boolean,
  isFixable: IsFixable = () => true,
): Promise<FixedProject> {
  const applied: AppliedFix[] = [];
  let project = start;
  let findings = await checkProject(project);
  for (let round = 0; round < maxRounds; round++) {
    const kept = fixOnce(project, findings, 'keep-answers', isFixable);
    const isDone = kept.applied.length === 0 && includeChanging;
    const fixed = isDone ? fixOnce(project, findings, 'change-answers', isFixable) : kept;
    if (fixed.applied.length === 0) break;
    applied.push(...fixed.applied);
    project = fixed.project;
    // oxlint-disable-next-line no-await-in-loop -- each round continues with the text of the one before
    findings = await checkProject(project);
  }
  return { project, applied, findings };
}

/** The number of findings that a run with fixes would correct. */
export interface FixableFindings {
  readonly keepAnswers: number;
  readonly changeAnswers: number;
}

/** Counts the findings that `fixProject` would correct in the texts as they are. */
export function countFixable(
  project: Project,
  findings: readonly Finding[],
  isFixable: IsFixable = () => true,
): FixableFindings {
  const count = (effects: Effects): number =>
    Math.min(findings.length, fixOnce(project, findings, effects, isFixable, roundsOfCount).applied.length);
  return { keepAnswers: count('keep-answers'), changeAnswers: count('change-answers') };
}

/** Returns the fix of each finding that has one, as if it was the only one. */
export function fixesOf(project: Project, findings: readonly Finding[]): ReadonlyMap<Finding, Fix> {
  const fixes = new Map<Finding, Fix>();
  for (const policy of project.policies) {
    const own = findings.filter(({ span }) => span?.source.name === policy.name);
    const hasSyntaxError = own.some(isSyntaxError);
    for (const candidate of candidatesFrom(own)) {
      const { finding, fix } = candidate;
      const isSound = hasSyntaxError
        ? isCorrection(policy.name)
        : keepsNormalForm.has(finding.code)
          ? keepsMeaning(project, policy)
          : addsNoError(policy);
      if (applySound(policy.source, [candidate], isSound).applied.length > 0) fixes.set(finding, fix);
    }
  }
  return fixes;
}

const isSyntaxError = ({ code }: Finding): boolean => code.startsWith('POLAR_PARSE_');

/** Applies the fixes of findings once. A fix that overlaps with an earlier one waits for the findings of the changed text. */
function fixOnce(
  start: Project,
  findings: readonly Finding[],
  effects: Effects,
  isFixable: IsFixable,
  maxRounds?: number,
): Fixed {
  const applied: AppliedFix[] = [];
  const byFile = groupBy(findings, ({ span }) => span?.source.name ?? '');
  let project = start;
  for (const policy of start.policies) {
    const own = isFixable(policy.name) ? (byFile.get(policy.name) ?? []) : [];
    const fixed = fixPolicy(project, policy, own, effects, maxRounds);
    if (fixed.applied.length === 0) continue;
    applied.push(...fixed.applied.map(({ finding, fix }) => ({ finding, changes: fix.changes })));
    project = project.withPolicies(
      project.policies.map((each) => (each.name === policy.name ? { ...each, source: fixed.source } : each)),
    );
  }
  return { project, applied };
}

function fixPolicy(
  project: Project,
  policy: NamedPolicy,
  findings: readonly Finding[],
  effects: Effects,
  maxRounds: number | undefined,
): FixedText {
  if (findings.some(isSyntaxError))
    return effects === 'keep-answers' ? fixSyntax(policy, maxRounds) : { source: policy.source, applied: [] };
  const candidates = candidatesFrom(findings).filter(
    ({ fix }) => (fix.changes !== undefined) === (effects === 'change-answers'),
  );
  const isProved = ({ finding }: Candidate): boolean => keepsNormalForm.has(finding.code);
  const proved = applySound(policy.source, candidates.filter(isProved), keepsMeaning(project, policy));
  if (proved.applied.length > 0) return proved;
  return applySound(
    policy.source,
    candidates.filter((each) => !isProved(each)),
    addsNoError(policy),
  );
}

/** The findings whose fixes leave the normal form of the policies as it is. */
const keepsNormalForm: ReadonlySet<string> = new Set([
  'POLAR_CHECK_AMBIGUOUS_PRECEDENCE',
  'NANOOK_LINT_DUPLICATE_RULE',
  'NANOOK_LINT_DUPLICATE_CONDITION',
]);

const addsNoError =
  ({ name }: NamedPolicy): SoundnessCheck =>
  (_before, source) =>
    parse({ name, source }).diagnostics.length === 0;

/** Returns a check that all policies together have the same normal form after a change of one of them. */
function keepsMeaning({ policies, config }: Project, { name }: NamedPolicy): SoundnessCheck {
  const others = policies.map((policy) => (policy.name === name ? undefined : parse(policy).policy));
  const formWith = (tree: PolicyNode): string =>
    normalForm(
      others.map((other) => other ?? tree),
      config.constants ?? {},
    );
  return (before, after) => {
    const next = parse({ name, source: after });
    if (next.diagnostics.length > 0) return false;
    return formWith(parse({ name, source: before }).policy) === formWith(next.policy);
  };
}
