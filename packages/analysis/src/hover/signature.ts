import { describeMember, describeStaticMethod, printParameter } from '@nanook/core/syntax';
import { CompletionPlace } from '../completion/completion-place.js';
import { expectedAt, type Expected } from '../grammar/expected-at.js';
import { rulesByName } from '../completion/rule-completions.js';
import type { Snapshot } from '../workspace/snapshot.js';

/** The heads of a rule, or the built-in methods of a name, for the call around a place. */
export interface Signature {
  readonly heads: readonly Head[];
  /** The number of the argument at the place. */
  readonly index: number;
}

export interface Head {
  readonly text: string;
  readonly parameters: readonly string[];
  /** The type that a built-in method returns; undefined for a rule. */
  readonly returns?: string;
}

const most = 20;

/** Returns the heads of the rule, or the built-in methods, that can be called at an offset. */
export function signatureAt(snapshot: Snapshot, file: string, offset: number): Signature | undefined {
  const text = snapshot.file(file)?.text;
  if (text === undefined) return undefined;
  const expected = expectedAt(text, offset);
  const { call, method } = expected;
  if (method !== undefined) return signatureOfMethod(snapshot, text, expected, method);
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

/** Returns the built-in methods that a call can mean. The type of a receiver that is not certain leaves all of the name. */
function signatureOfMethod(
  snapshot: Snapshot,
  text: string,
  expected: Expected,
  { name, of, index }: NonNullable<Expected['method']>,
): Signature | undefined {
  const [first = ''] = of;
  const statics = of.length === 1 ? describeStaticMethod(first, name) : [];
  const found =
    statics.length > 0
      ? statics
      : describeMember(name, new CompletionPlace(snapshot, text, expected).typeOf(of));
  if (found.length === 0) return undefined;
  return {
    heads: found.map(({ signature, parameters, returns }) => ({ text: signature, parameters, returns })),
    index,
  };
}
