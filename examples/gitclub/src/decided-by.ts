import { nearestCondition, type Authorizer, type Decision, type Explanation } from '@nanook/core';
import { relative } from 'node:path';
import type { Outcome } from './step.ts';

/** Describes the decision of a request: the rule that granted it, the condition that failed, each with its place, or the error. */
export async function decidedBy(
  authorizer: Authorizer,
  { status, faults }: Outcome,
  decisions: readonly Decision[],
): Promise<string> {
  const [fault] = faults as readonly { readonly code?: string }[];
  if (fault?.code !== undefined) return fault.code;
  const last = status < 400 ? undefined : decisions.findLast(({ outcome }) => outcome !== 'allowed');
  const decision = last ?? decisions.find(({ kind }) => kind === 'allow');
  if (decision === undefined) return '–';
  const { rule } = decision;
  if (rule !== undefined) return at(rule, rule.text.replace(/ if$/, ' if …'));
  const explanation = await explain(authorizer, decision);
  const failure = nearestCondition(explanation) ?? explanation.misses[0]?.failure;
  return failure === undefined ? String(decision.reason) : at(failure, `${failure.text}: ${failure.reason}`);
}

function explain(
  authorizer: Authorizer,
  { kind, actor, action, resource, field }: Decision,
): Promise<Explanation> {
  if (kind === 'allow_request') return authorizer.explainRequest(actor, resource);
  return kind === 'allow'
    ? authorizer.explain(actor, action as string, resource)
    : authorizer.explainField(actor, action as string, resource, field as string);
}

function at(
  { file, line }: { readonly file: string | undefined; readonly line: number },
  text: string,
): string {
  const [head = ''] = text.split('\n');
  return `${`${relative(import.meta.dirname, file ?? '')}:${line}`.padEnd(30)}${head.replaceAll(/ +/g, ' ')}`;
}
