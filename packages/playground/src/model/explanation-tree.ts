import {
  nearestCondition,
  type ExplainedFailure,
  type ExplainedMiss,
  type ExplainedPlace,
  type ExplainedUse,
  type ExplainedValue,
  type Explanation,
} from '@nanook/core';

export type Sign = 'held' | 'failed' | 'undecided' | 'note';

/** A line of an explanation with the lines below it. */
export interface ExplanationNode {
  /** The positions in the tree, from the root, such as `0.2.1`. */
  readonly id: string;
  readonly sign: Sign;
  /** A text of the policy; undefined for a note. */
  readonly code: string | undefined;
  /** The reason, such as `4 is not 7`, or the text of a note. */
  readonly reason: string | undefined;
  readonly values: readonly ExplainedValue[];
  readonly place: ExplainedPlace | undefined;
  readonly children: readonly ExplanationNode[];
}

type Draft = Omit<ExplanationNode, 'id' | 'children'> & { readonly children: readonly Draft[] };

/** Returns the rules and conditions of an explanation as a tree, in the order of `renderExplanation`. */
export function treeOf({
  proof,
  misses,
  omitted,
  undecided,
  advice,
}: Explanation): readonly ExplanationNode[] {
  const drafts = [
    ...advice.map(note),
    ...(undecided === undefined
      ? []
      : [line('undecided', undefined, { reason: undecided.message, place: undecided })]),
    ...proof.map(useNode),
    ...misses.map(missNode),
    ...omittedNotes(omitted),
  ];
  return numbered(drafts, '');
}

/**
 * Returns the condition that a reader should see first: the one that fails in the nearest rule; undefined if there is none. The place of an
 * undecided condition is that of the explanation.
 */
export function decisiveCondition(explanation: Explanation): ExplainedFailure | undefined {
  if (explanation.outcome !== 'denied') return undefined;
  return nearestCondition(explanation) ?? explanation.misses[0]?.failure;
}

/** Returns the first rule of a proof that calls no other one, which gives the reason of the answer. */
export function decisiveRule({ proof }: Explanation): ExplainedUse | undefined {
  let found = proof[0];
  for (let next = found; next !== undefined; next = next.calls.at(-1)) found = next;
  return found;
}

/** Returns the number of rules in a tree, which a closed branch shows. */
export const ruleCount = ({ children }: ExplanationNode): number =>
  children.reduce((sum, child) => sum + (child.code === undefined ? 0 : 1) + ruleCount(child), 0);

const line = (
  sign: Sign,
  code: string | undefined,
  { reason, values = [], place, children = [] }: Partial<Draft>,
): Draft => ({ sign, code, reason, values, place, children });

const note = (reason: string): Draft => line('note', undefined, { reason });

const omittedNotes = (count: number): readonly Draft[] =>
  count === 0 ? [] : [note(count === 1 ? '1 other rule is not shown' : `${count} other rules are not shown`)];

const useNode = (use: ExplainedUse): Draft =>
  line('held', use.text, { values: use.bindings, place: use, children: use.calls.map(useNode) });

function missNode(miss: ExplainedMiss): Draft {
  const failure = failureNode(miss.failure);
  return line(failure.sign, miss.text, {
    values: miss.bindings,
    place: miss,
    children: [...miss.held.map((text) => line('held', text, {})), failure],
  });
}

function failureNode(failure: ExplainedFailure): Draft {
  const { text, reason } = failure;
  const common = { reason, place: failure };
  switch (failure.kind) {
    case 'head':
    case 'cut':
      return line('failed', undefined, common);
    case 'condition':
      return line(failure.undecided === undefined ? 'failed' : 'undecided', text, {
        ...common,
        values: failure.values,
      });
    case 'or':
      return line('failed', text, { ...common, children: failure.alternatives.map(failureNode) });
    case 'not':
      return line(failure.undecided === undefined ? 'failed' : 'undecided', text, {
        ...common,
        values: failure.values.filter(({ name }) => name !== ''),
        children: [
          ...failure.proof.map(useNode),
          ...(failure.failure === undefined ? [] : [failureNode(failure.failure)]),
        ],
      });
    case 'call':
      return line('failed', text, {
        ...common,
        children: [
          ...(failure.isRepeated ? [note('explained above')] : []),
          ...failure.misses.map(missNode),
          ...omittedNotes(failure.omitted),
        ],
      });
  }
}

const numbered = (drafts: readonly Draft[], parent: string): readonly ExplanationNode[] =>
  drafts.map((draft, i) => {
    const id = parent === '' ? String(i) : `${parent}.${i}`;
    return { ...draft, id, children: numbered(draft.children, id) };
  });
