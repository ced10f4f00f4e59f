import { printParameter } from '@nanook/core/syntax';
import { expectedAt } from '../grammar/expected-at.js';
import { rulesByName } from '../completion/rule-completions.js';
import type { Snapshot } from '../workspace/snapshot.js';

/** The heads of a rule, for the call around a place. */
export interface Signature {
  readonly heads: readonly { readonly text: string; readonly parameters: readonly string[] }[];
  /** The number of the argument at the place. */
  readonly index: number;
}

const most = 20;

/** Returns the heads of the rule that is called at an offset. */
export function signatureAt(snapshot: Snapshot, file: string, offset: number): Signature | undefined {
  const text = snapshot.file(file)?.text;
  if (text === undefined) return undefined;
  const { call } = expectedAt(text, offset);
  const rules = rulesByName(snapshot).get(call?.rule ?? '') ?? [];
  const heads = new Map(
    rules.map(({ name, parameters }) => {
      const printed = parameters.map(printParameter);
      return [`${name}(${printed.join(', ')})`, printed] as const;
    }),
  );
  if (call === undefined || heads.size === 0) return undefined;
  return {
    heads: [...heads].slice(0, most).map(([head, parameters]) => ({ text: head, parameters })),
    index: call.index,
  };
}
