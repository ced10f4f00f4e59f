import type { NamedPolicy } from '@nanook/core';
import { parse, type PolicyNode } from '@nanook/core/syntax';
import type { Finding } from '../findings/finding.js';
import { applySound, type Candidate, type FixedText, type SoundnessCheck } from './apply-fixes.js';
import type { Fix } from './fix.js';
import { candidatesFrom } from './fix-of.js';
import { fixSyntax, isCorrection } from './fix-syntax.js';
import { normalForm } from './normal-form.js';

/** Whether fixes keep all answers, or change some of them. */
export type Effects = 'keep-answers' | 'change-answers';

/** The policies of a project, and the names of its constants. */
export interface FixedPolicies {
  readonly policies: readonly NamedPolicy[];
  readonly constants: object;
}

/** Returns the fix of each finding that has one, as if it was the only one. */
export function fixesOf(all: FixedPolicies, findings: readonly Finding[]): ReadonlyMap<Finding, Fix> {
  const fixes = new Map<Finding, Fix>();
  for (const policy of all.policies) {
    const own = findings.filter(({ span }) => span?.source.name === policy.name);
    const hasSyntaxError = own.some(isSyntaxError);
    for (const candidate of candidatesFrom(own)) {
      const { finding, fix } = candidate;
      const isSound = hasSyntaxError
        ? isCorrection(policy.name)
        : keepsNormalForm.has(finding.code)
          ? keepsMeaning(all, policy)
          : addsNoError(policy);
      if (applySound(policy.source, [candidate], isSound).applied.length > 0) fixes.set(finding, fix);
    }
  }
  return fixes;
}

/** Applies the fixes of the findings of one policy. A fix that overlaps with an earlier one waits for the findings of the changed text. */
export function fixPolicy(
  all: FixedPolicies,
  policy: NamedPolicy,
  findings: readonly Finding[],
  effects: Effects,
  maxRounds?: number,
): FixedText {
  if (findings.some(isSyntaxError))
    return effects === 'keep-answers' ? fixSyntax(policy, maxRounds) : { source: policy.source, applied: [] };
  const candidates = candidatesFrom(findings).filter(
    ({ fix }) => (fix.changes !== undefined) === (effects === 'change-answers'),
  );
  const isProved = ({ finding }: Candidate): boolean => keepsNormalForm.has(finding.code);
  const proved = applySound(policy.source, candidates.filter(isProved), keepsMeaning(all, policy));
  if (proved.applied.length > 0) return proved;
  return applySound(
    policy.source,
    candidates.filter((each) => !isProved(each)),
    addsNoError(policy),
  );
}

const isSyntaxError = ({ code }: Finding): boolean => code.startsWith('POLAR_PARSE_');

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
function keepsMeaning({ policies, constants }: FixedPolicies, { name }: NamedPolicy): SoundnessCheck {
  const others = policies.map((policy) => (policy.name === name ? undefined : parse(policy).policy));
  const formWith = (tree: PolicyNode): string =>
    normalForm(
      others.map((other) => other ?? tree),
      constants,
    );
  return (before, after) => {
    const next = parse({ name, source: after });
    if (next.diagnostics.length > 0) return false;
    return formWith(parse({ name, source: before }).policy) === formWith(next.policy);
  };
}
