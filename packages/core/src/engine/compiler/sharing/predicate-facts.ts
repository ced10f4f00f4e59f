import type { Predicate } from '../../../ir/goal.js';
import { anything, type CompiledFunction } from '../compiled-function.js';
import type { Linker } from '../linker.js';

/** Returns the predicates on which the plan of a function may depend, apart from their rules. */
export function predicatesOf(
  fn: CompiledFunction,
  tables: Iterable<{
    readonly predicate: Predicate;
    readonly table: {
      readonly candidates: readonly { readonly rule: { readonly calls: Iterable<Predicate> } }[];
    };
  }>,
): ReadonlySet<Predicate> {
  const found = new Set([fn.predicate]);
  for (const { predicate, table } of tables) {
    found.add(predicate);
    for (const { rule } of table.candidates) for (const called of rule.calls) found.add(called);
  }
  return found;
}

/** Checks that two policies have the same facts about predicates, so that code for one of them is also code for the other. */
export const haveSameFacts = (
  caller: Predicate,
  predicates: Iterable<Predicate>,
  from: Linker,
  to: Linker,
): boolean => {
  const others = to.context.program.predicates;
  const otherCaller = others.get(caller.name);
  if (otherCaller === undefined) return false;
  for (const predicate of predicates) {
    const other = others.get(predicate.name);
    if (other === undefined || factsOf(predicate, from) !== factsOf(other, to)) return false;
    if (from.recursion.mayReturn(caller, predicate) !== to.recursion.mayReturn(otherCaller, other))
      return false;
  }
  return true;
};

/** Returns a text that is equal for the same facts. */
function factsOf(predicate: Predicate, linker: Linker): string {
  const { recursion } = linker;
  let text = `${linker.mayCallMethods(predicate)} ${linker.isNegated(predicate)} ${recursion.isTabled(predicate)} ${recursion.sharesUndecided(predicate)}`;
  for (const arity of [...predicate.byArity.keys()].sort((a, b) => a - b)) {
    const index = linker.indexOf(predicate, arity);
    const unknown = Array.from({ length: arity }, () => anything);
    text += ` ${arity}:`;
    for (let i = 0; i < arity; i++)
      text += `${index.hasSpecializerAt(i) ? 's' : index.discriminates(i) ? 'l' : '-'}${linker.dispatchesOn(predicate, unknown, i)}`;
  }
  return text;
}
