import type { TypeSet } from '../../../host/type-set.js';
import type { CompiledFunction, KnownArgument } from '../compiled-function.js';
import type { Linker } from '../linker.js';
import type { Plan, Statement } from '../plan.js';
import { PlanFacts, type TableFact } from '../plan-facts.js';
import { ownPlan, Renaming, type SharedPlan } from '../shared-plan.js';
import { maxPlansOfShape } from '../thresholds.js';
import { childrenOf } from '../traversal.js';
import { Alignment, type AlignedPolicy } from './alignment.js';
import { RuleShapes } from '../../../ir/rule-shape.js';
import { TypeShapes } from './type-shape.js';
import { haveSameFacts, predicatesOf } from './predicate-facts.js';

/** A plan, and all facts on which it depends. */
interface KnownPlan {
  readonly fn: CompiledFunction;
  readonly plan: Plan;
  readonly facts: PlanFacts;
  /** The functions that the plan calls. */
  readonly called: ReadonlySet<CompiledFunction>;
}

/** The plan for another function, and the same facts about that function if it belongs to another policy. */
interface Fit {
  readonly renaming: Renaming;
  readonly facts: PlanFacts | undefined;
}

/**
 * The plans of the functions of one policy. Another function has the same plan if all facts on which the plan depends are the same, apart
 * from the names of types. Most policies have many types of few shapes. Checking the facts is much cheaper than making and printing a plan.
 *
 * After a reload, the plans of the previous policy are tried as well, so that only functions are planned whose rules have changed.
 */
export class SharedPlans implements AlignedPolicy {
  readonly #plans = new Map<string, KnownPlan[]>();
  readonly types: TypeShapes;
  readonly #rules = new RuleShapes();
  /** The latest alignments, by the types of an argument in the plan and in the other function. */
  readonly #alignments = new Map<TypeSet, Map<TypeSet, Alignment>>();
  #count = 0;
  /** The plans of the previous policy, until twice as many functions were looked up as it has plans. They keep that policy alive. */
  #previous: SharedPlans | undefined;
  #lookUps = 0;

  constructor(
    readonly linker: Linker,
    previous: SharedPlans | undefined,
  ) {
    this.types = new TypeShapes(linker);
    // If the previous policy has made no plan, the plans of the policy before it are used.
    this.#previous = previous?.takePrevious();
  }

  /** Returns the plans for the next policy. Older ones are dropped, so that reloads do not fill the memory. */
  takePrevious(): SharedPlans | undefined {
    const previous = this.#previous;
    if (this.#count === 0) return previous;
    this.#previous = undefined;
    return this;
  }

  /** Finds the plan of a function of the same shape. */
  find(fn: CompiledFunction): SharedPlan | undefined {
    const key = shapeKey(fn);
    for (const known of this.#plans.get(key) ?? []) {
      const fit = this.#fit(known, this, fn);
      if (fit !== undefined) return { owner: known.fn, plan: known.plan, renaming: fit.renaming };
    }
    return this.#findPrevious(fn, key);
  }

  #findPrevious(fn: CompiledFunction, key: string): SharedPlan | undefined {
    const previous = this.#previous;
    if (previous === undefined) return undefined;
    if (++this.#lookUps >= 2 * previous.#count) this.#previous = undefined;
    for (const known of previous.#plans.get(key) ?? []) {
      const fit = this.#fit(known, previous, fn);
      if (fit === undefined) continue;
      const plan = ownPlan({ owner: known.fn, plan: known.plan, renaming: fit.renaming });
      return this.add(fn, plan, fit.facts!);
    }
    return undefined;
  }

  /** Adds the plan that was made for a function. */
  add(fn: CompiledFunction, plan: Plan, facts: PlanFacts): SharedPlan {
    const key = shapeKey(fn);
    const plans = this.#plans.get(key) ?? [];
    this.#plans.set(key, plans);
    if (facts.areComplete && plans.length < maxPlansOfShape) {
      plans.push({ fn, plan, facts, called: calledIn(plan.body) });
      this.#count++;
    }
    return { owner: fn, plan, renaming: Renaming.none };
  }

  #fit(known: KnownPlan, from: AlignedPolicy, fn: CompiledFunction): Fit | undefined {
    if (from !== this && !this.#hasSamePredicates(known, from.linker)) return undefined;
    const pair = pairOf(known.fn, fn);
    const others = pair && (this.#alignments.get(pair.types) ?? new Map<TypeSet, Alignment>());
    const earlier = others?.get(pair!.otherTypes);
    if (earlier?.from === from) {
      // A failed or interrupted attempt leaves a part of it in the alignment.
      others!.delete(pair!.otherTypes);
      const fit = fitWith(earlier, known, fn);
      if (fit !== undefined) {
        others!.set(pair!.otherTypes, earlier);
        return fit;
      }
    }
    const alignment = new Alignment(from, this, this.#rules);
    const fit = fitWith(alignment, known, fn);
    if (fit !== undefined && pair !== undefined)
      this.#alignments.set(pair.types, others!.set(pair.otherTypes, alignment));
    return fit;
  }

  #hasSamePredicates({ fn, facts }: KnownPlan, from: Linker): boolean {
    const tables = facts.all.filter((fact): fact is TableFact => fact.kind === 'table');
    return haveSameFacts(fn.predicate, predicatesOf(fn, tables), from, this.linker);
  }
}

/** Finds the changes that make a plan that of another function. */
function fitWith(alignment: Alignment, known: KnownPlan, fn: CompiledFunction): Fit | undefined {
  if (!known.fn.known.every((each, i) => alignment.known(each, fn.known[i]!))) return undefined;
  const facts = alignment.from === alignment.to ? undefined : new PlanFacts();
  for (const fact of known.facts.all) if (!alignment.fact(fact, facts)) return undefined;
  for (const callee of known.called) if (!alignment.callee(callee)) return undefined;
  return { renaming: alignment.renamingOf(known.fn, fn), facts };
}

/** Returns the types of the first argument whose types differ, or else of the first whose types are known. */
function pairOf(
  { known }: CompiledFunction,
  other: CompiledFunction,
): { readonly types: TypeSet; readonly otherTypes: TypeSet } | undefined {
  let pair: { readonly types: TypeSet; readonly otherTypes: TypeSet } | undefined;
  for (const [i, each] of known.entries()) {
    const replacement = other.known[i]!;
    if (each.kind !== 'types' || replacement.kind !== 'types') continue;
    if (pair === undefined || each.types !== replacement.types)
      pair = { types: each.types, otherTypes: replacement.types };
    if (pair.types !== pair.otherTypes) break;
  }
  return pair;
}

/** Returns a text that is equal for functions that may have the same plan. */
const shapeKey = ({ predicate, known }: CompiledFunction): string =>
  `${predicate.name} ${known.map(kindOf).join()}`;

function kindOf(known: KnownArgument): string {
  switch (known.kind) {
    case 'literal':
      return JSON.stringify(known.value);
    case 'types':
      return `${known.isRow ? 'row' : known.class === undefined ? 'types' : 'class'} ${known.types.types.size}`;
    case 'some':
    case 'other':
      return `${known.kind} ${known.types.types.size}`;
    case 'anything':
    case 'tested':
    case 'unbound':
      return known.kind;
  }
}

function calledIn(body: Statement): ReadonlySet<CompiledFunction> {
  const found = new Set<CompiledFunction>();
  const visit = (statement: Statement): void => {
    if (statement.kind === 'if' && statement.test.kind === 'call') {
      found.add(statement.test.callee);
      if (statement.test.likely !== undefined) found.add(statement.test.likely.callee);
    } else if (statement.kind === 'again' && statement.only !== undefined)
      found.add(statement.only.otherwise);
    else if (statement.kind === 'answers') found.add(statement.callee);
    childrenOf(statement).forEach(visit);
  };
  visit(body);
  return found;
}
