import type { Proof } from '../proof.js';
import type { CompiledFunction } from './compiled-function.js';
import { isLocal, type Plan, type Statement } from './plan.js';

/** The function to which a function passes all its arguments on, as in `allow(a, b, c) if has_permission(a, b, c);`. */
export interface PassedOn {
  readonly callee: CompiledFunction;
  /** The proof to which that of the other function is added, if functions record their proofs. */
  readonly proof: Proof | undefined;
}

/** Returns the function that decides instead of the function with this plan, if it does nothing else than to call it. */
export function findPassedOn({ params, body }: Plan): PassedOn | undefined {
  if (body.kind !== 'if' || body.test.kind !== 'call' || body.test.likely !== undefined) return undefined;
  const { callee, args } = body.test;
  if (args.length !== params.length || !args.every((arg, i) => isLocal(arg, params[i]!))) return undefined;
  return body.next.kind === 'succeed' ? { callee, proof: undefined } : recordedBefore(callee, body.next);
}

function recordedBefore(callee: CompiledFunction, next: Statement): PassedOn | undefined {
  if (next.kind !== 'receive' || next.next.kind !== 'record') return undefined;
  const { to, parts, next: end } = next.next;
  const [before, last] = parts;
  if (to !== undefined || end.kind !== 'succeed' || parts.length !== 2) return undefined;
  if (before?.kind !== 'constant' || last === undefined || !isLocal(last, next.to)) return undefined;
  return { callee, proof: before.value as Proof };
}
