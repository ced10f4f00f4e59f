import { isPolarError, type NamedPolicy, type PolicyDialect, type TypesInput } from '@nanook/core';
import {
  checkPolicy,
  type CheckPolicyOptions,
  type PolicyNode,
  type StatementNode,
} from '@nanook/core/syntax';
import { runLints } from '../lints/all-lints.js';
import { errorCount, findingOf, type Finding } from './finding.js';

/** Policies with the types, constants and queries of the application. */
export interface CheckedPolicies {
  readonly policies: readonly NamedPolicy[];
  /** The trees of the policies, in their order. */
  readonly trees: readonly PolicyNode[];
  readonly types: TypesInput;
  readonly constants: Readonly<Record<string, unknown>>;
  /** The rules that the application queries itself. */
  readonly queries: readonly string[];
  /** The meaning of the policies. */
  readonly dialect?: PolicyDialect | undefined;
}

/**
 * Returns the errors and warnings of policies without running them, in the order of the policies. A lint that looks for a missing rule runs only
 * if there is no error, because a statement with an error can contain this rule.
 */
export function checkPolicies(checked: CheckedPolicies): readonly Finding[] {
  const { trees: _trees, ...options } = checked;
  const found = checkTexts(options);
  const trees = checked.trees.map((tree) => withoutErrors(tree, found));
  return inOrder([...found, ...runLints({ ...checked, trees }, errorCount(found) === 0)], checked.policies);
}

/** Returns a tree without the statements that have a syntax error, which no check reads either. */
function withoutErrors(tree: PolicyNode, findings: readonly Finding[]): PolicyNode {
  const faults = findings.flatMap(({ code, span }) =>
    span !== undefined && code.startsWith('POLAR_PARSE_') && span.source.name === tree.span.source.name
      ? [span.start]
      : [],
  );
  if (faults.length === 0) return tree;
  const isComplete = ({ span }: StatementNode): boolean =>
    !faults.some((at) => span.start <= at && at < span.end);
  return { ...tree, statements: tree.statements.filter(isComplete) };
}

type CheckOptions = Omit<CheckedPolicies, 'trees'> & Pick<CheckPolicyOptions, 'parse' | 'memory'>;

/** Returns the errors and warnings of the load. */
export function checkTexts({ policies, ...options }: CheckOptions): Finding[] {
  try {
    const names = new Set(policies.map(({ name }) => name));
    return checkPolicy(policies, options).map((diagnostic) => inPolicies(findingOf(diagnostic), names));
  } catch (error) {
    return [findingOfError(error)];
  }
}

/** Returns a finding about the facts of rows without a place, because their rules are in no policy. */
function inPolicies(finding: Finding, names: ReadonlySet<string>): Finding {
  const source = finding.span?.source.name;
  if (source === undefined || names.has(source)) return finding;
  return { ...finding, message: `${source}: ${finding.message}`, span: undefined };
}

/** An error that is not about the text of a policy, such as an invalid type, is a finding, too. */
export function findingOfError(error: unknown): Finding {
  if (!isPolarError(error)) throw error;
  const { code, message, span } = error;
  return {
    severity: 'error',
    code,
    message: span === undefined ? message : message.split('\n', 1)[0]!,
    span,
  };
}

/** Orders findings by policy and place. Those without a place come first. */
export function inOrder(
  findings: readonly Finding[],
  policies: readonly { readonly name: string }[],
): readonly Finding[] {
  const order = new Map(policies.map(({ name }, index) => [name, index]));
  const fileOf = ({ span }: Finding): number => order.get(span?.source.name ?? '') ?? -1;
  const startOf = ({ span }: Finding): number => span?.start ?? -1;
  return [...findings].sort((a, b) => fileOf(a) - fileOf(b) || startOf(a) - startOf(b));
}
