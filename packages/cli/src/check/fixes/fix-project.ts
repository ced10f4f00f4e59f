import {
  fixesOf as fixesOfTexts,
  fixPolicy,
  groupBy,
  type AppliedFix,
  type Effects,
  type Finding,
  type Fix,
  type FixedPolicies,
} from '@nanook/analysis';
import type { Project } from '../../project/project.js';
import { checkProject } from '../check-project.js';

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
    const fixed = fixPolicy(fixedPolicies(project), policy, own, effects, maxRounds);
    if (fixed.applied.length === 0) continue;
    applied.push(...fixed.applied.map(({ finding, fix }) => ({ finding, changes: fix.changes })));
    project = project.withPolicies(
      project.policies.map((each) => (each.name === policy.name ? { ...each, source: fixed.source } : each)),
    );
  }
  return { project, applied };
}

/** Returns the fix of each finding that has one, as if it was the only one. */
export const fixesOf = (project: Project, findings: readonly Finding[]): ReadonlyMap<Finding, Fix> =>
  fixesOfTexts(fixedPolicies(project), findings);

const fixedPolicies = ({ policies, config }: Project): FixedPolicies => ({
  policies,
  constants: config.constants ?? {},
});
