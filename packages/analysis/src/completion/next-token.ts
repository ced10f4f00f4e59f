import type { PolicyToken } from '@nanook/core/syntax';
import type { Expected } from '../grammar/expected-at.js';
import type { Completion, CompletionKind } from './completion.js';

/** Puts the texts that the next token can follow before the others. */
export function beforeNext({ next }: Expected, items: readonly Completion[]): readonly Completion[] {
  if (next === undefined) return items;
  const fits = items.filter((item) => isBefore(next, item));
  return [...fits, ...items.filter((item) => !fits.includes(item))];
}

const kindsBefore: Readonly<Record<string, readonly CompletionKind[]>> = {
  '.': ['variable', 'constant', 'fixture', 'field', 'relation'],
  '(': ['rule', 'method'],
  ':': ['variable', 'relation', 'field'],
  '{': ['type'],
};

const startsValue = ({ kind }: PolicyToken): boolean =>
  kind === 'name' || kind === 'string' || kind === 'number';

function isBefore(next: PolicyToken, { kind, label }: Completion): boolean {
  if (startsValue(next)) return label === 'not' || label === 'new';
  return kindsBefore[next.text]?.includes(kind) === true && !label.startsWith('"');
}
