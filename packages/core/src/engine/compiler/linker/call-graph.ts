import type { Predicate } from '../../../ir/goal.js';
import { callsOf } from '../../tabling/recursion.js';

/** Returns the predicates that negations depend on, directly or indirectly. */
export function negatedPredicates(predicates: Iterable<Predicate>): ReadonlySet<Predicate> {
  const found = new Set<Predicate>();
  const stack: Predicate[] = [];
  for (const { byArity } of predicates)
    for (const rules of byArity.values()) for (const rule of rules) stack.push(...rule.negatedPredicates);
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    stack.push(...callsOf(at));
  }
  return found;
}

/** Returns the predicates whose rules may call methods of the application, directly or indirectly. */
export function methodCallers(predicates: Iterable<Predicate>): ReadonlySet<Predicate> {
  const callers = new Map<Predicate, Predicate[]>();
  const stack: Predicate[] = [];
  for (const predicate of predicates) {
    for (const called of callsOf(predicate)) {
      const known = callers.get(called);
      if (known === undefined) callers.set(called, [predicate]);
      else known.push(predicate);
    }
    if ([...predicate.byArity.values()].flat().some((rule) => rule.callsMethods)) stack.push(predicate);
  }
  const found = new Set<Predicate>();
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    stack.push(...(callers.get(at) ?? []));
  }
  return found;
}
