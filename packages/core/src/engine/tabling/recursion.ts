import { componentsBy } from '../../internal/components.js';
import type { Predicate, Rule } from '../../ir/goal.js';
import type { Program } from '../../ir/program.js';

/** Facts about predicates that call each other. */
interface Component {
  isRecursive: boolean;
  hasCut: boolean;
  /** Whether a negation, or the action of a `forall`, contains a call within the component. */
  hasNegatedCall: boolean;
}

const known = new WeakMap<Program, Recursion>();

/** Returns the recursion of a program. All engines share it. */
export function recursionOf(program: Program): Recursion {
  let recursion = known.get(program);
  if (recursion === undefined) known.set(program, (recursion = new Recursion(program)));
  return recursion;
}

/** The predicates of a program that call themselves, directly or through others. */
export class Recursion {
  readonly #componentOf = componentsBy(callsOf);
  readonly #components = new Map<number, Component>();
  readonly #tabled = new Map<Predicate, boolean>();
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  /** Checks whether a call from one predicate to another may lead back to the first. */
  mayReturn(from: Predicate, to: Predicate): boolean {
    return from === to || this.#componentOf(from) === this.#componentOf(to);
  }

  /**
   * Checks whether the questions of a predicate are remembered during a query, so that a question never proves itself. Where a cut decides
   * which rules are tried, the answers of a question depend on its caller.
   */
  isTabled(predicate: Predicate): boolean {
    let isTabled = this.#tabled.get(predicate);
    if (isTabled === undefined) {
      const { isRecursive, hasCut, hasNegatedCall } = this.#find(predicate);
      // In the dialect oso, such rules may depend on their own negation, which no order of the rules decides.
      const isOrdered = !hasNegatedCall || this.#program.types.dialect.loadsUncheckedPolicies !== true;
      this.#tabled.set(predicate, (isTabled = isRecursive && !hasCut && isOrdered));
    }
    return isTabled;
  }

  /**
   * Checks whether a question of the predicate that calls another one, and cannot be decided without it, is undecided if the other one is. The
   * action of a `forall` may be undecided for one element, and false for another one.
   */
  sharesUndecided(predicate: Predicate): boolean {
    return !this.#find(predicate).hasNegatedCall;
  }

  #find(predicate: Predicate): Component {
    if (this.#components.size === 0) this.#findAll();
    return this.#components.get(this.#componentOf(predicate)) ?? lonely;
  }

  #findAll(): void {
    for (const predicate of this.#program.predicates.values()) {
      const number = this.#componentOf(predicate);
      const isOwn = (called: Predicate): boolean => this.#componentOf(called) === number;
      const component = this.#components.get(number) ?? { ...lonely };
      this.#components.set(number, component);
      for (const rule of rulesOf(predicate)) {
        component.isRecursive ||= [...rule.calls].some(isOwn);
        component.hasCut ||= rule.hasCut;
        component.hasNegatedCall ||= [...rule.negatedPredicates].some(isOwn);
      }
    }
  }
}

const lonely: Component = { isRecursive: false, hasCut: false, hasNegatedCall: false };

const rulesOf = ({ byArity }: Predicate): readonly Rule[] => [...byArity.values()].flat();

/** Returns the predicates that the rules of a predicate call. */
export function callsOf(predicate: Predicate): ReadonlySet<Predicate> {
  const found = new Set<Predicate>();
  for (const rule of rulesOf(predicate)) for (const called of rule.calls) found.add(called);
  return found;
}
