import type { Decision } from '@nanook/core';
import { relative } from 'node:path';
import type { Outcome } from './step.ts';

/** Describes the decision of a request: the rule that granted it and its place, the action that no rule grants, or the error. */
export function decidedBy({ status, faults }: Outcome, decisions: readonly Decision[]): string {
  const [fault] = faults as readonly { readonly code?: string }[];
  if (fault?.code !== undefined) return fault.code;
  const last = status < 400 ? undefined : decisions.findLast(({ outcome }) => outcome !== 'allowed');
  const decision = last ?? decisions.find(({ kind }) => kind === 'allow');
  if (decision === undefined) return '–';
  const { kind, rule, action, field } = decision;
  if (rule !== undefined) {
    const [head = ''] = rule.text.split('\n');
    const where = `${relative(import.meta.dirname, rule.file ?? '')}:${rule.line}`;
    return `${where.padEnd(30)}${head.replace(/ +/g, ' ').replace(/ if$/, ' if …')}`;
  }
  if (kind === 'allow_request') return 'no rule lets them in';
  return `no rule for "${String(action)}"${kind === 'allow_field' ? ` on "${String(field)}"` : ''}`;
}
