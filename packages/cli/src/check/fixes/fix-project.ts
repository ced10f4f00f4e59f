import type { NamedPolicy } from '@nanook/core';
import { parse, print } from '@nanook/core/syntax';
import type { Project } from '../../project/project.js';
import { checkProject } from '../check-project.js';
import type { Finding } from '../finding.js';
import type { AppliedFix } from './fix.js';
import { fixOf } from './fix-of.js';

/** The policies after all fixes, and the findings that remain. */
export interface FixedProject {
  readonly project: Project;
  readonly applied: readonly AppliedFix[];
  readonly findings: readonly Finding[];
}

/** A fix can reveal other findings, because lints run only without an error. */
const maxRounds = 20;

/**
 * Applies the fixes of all findings, and checks again until no fix is left.
 *
 * @param includeChanging whether fixes that change answers are applied, too
 */
export async function fixProject(start: Project, includeChanging: boolean): Promise<FixedProject> {
  const applied: AppliedFix[] = [];
  let project = start;
  let findings = await checkProject(project);
  for (let round = 0; round < maxRounds; round++) {
    const before = applied.length;
    const policies = project.policies.map((policy) => {
      const own = findings.filter(({ span }) => span?.source.name === policy.name);
      const { source, fixes } = fixedSource(policy, own, includeChanging);
      applied.push(...fixes);
      return { ...policy, source };
    });
    if (applied.length === before) break;
    project = project.withPolicies(policies);
    findings = await checkProject(project);
  }
  return { project, applied, findings };
}

/** Applies the fixes of one file, from its end to its start. A fix that overlaps with a later one waits for the next round. */
function fixedSource(
  policy: NamedPolicy,
  findings: readonly Finding[],
  includeChanging: boolean,
): { readonly source: string; readonly fixes: readonly AppliedFix[] } {
  const fixes: AppliedFix[] = [];
  let { source } = policy;
  let end = Infinity;
  const found = findings
    .flatMap((finding) => {
      const fix = fixOf(finding);
      return fix === undefined ? [] : [{ finding, fix }];
    })
    .sort((a, b) => b.fix.span.start - a.fix.span.start);
  for (const { finding, fix } of found) {
    const { span, text, changes } = fix;
    if (span.end > end || (changes !== undefined && !includeChanging)) continue;
    const next = source.slice(0, span.start) + text + source.slice(span.end);
    if (!isImprovement(finding, { ...policy, source }, { ...policy, source: next })) continue;
    source = next;
    end = span.start;
    fixes.push({ finding, changes });
  }
  return { source, fixes };
}

/** The fixes after which the policy has the same tree: the parser reads `&&` as `and` after it has reported it. */
const keepsTree: ReadonlySet<string> = new Set([
  'POLAR_PARSE_FOREIGN_SYNTAX',
  'POLAR_PARSE_MISSING_SEMICOLON',
  'POLAR_CHECK_AMBIGUOUS_PRECEDENCE',
]);

/** Checks a fix before it is used: it must not change the tree, or add a syntax error. */
function isImprovement({ code }: Finding, before: NamedPolicy, after: NamedPolicy): boolean {
  const [old, next] = [parse(before), parse(after)];
  if (keepsTree.has(code) && print(old.policy) !== print(next.policy)) return false;
  const removed = code.startsWith('POLAR_PARSE_') ? 1 : 0;
  return next.diagnostics.length <= old.diagnostics.length - removed;
}
