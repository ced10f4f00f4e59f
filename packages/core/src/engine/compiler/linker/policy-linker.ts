import type { RowMark } from '../../../host/row-mark.js';
import type { TypeSet } from '../../../host/type-set.js';
import type { Goal, Predicate } from '../../../ir/goal.js';
import type { DeclaredType } from '../../../types/declared-type.js';
import type { Class } from '../../../types/type-declaration.js';
import { hasTagged } from '../../../types/typed.js';
import type { ProgramContext } from '../../program-context.js';
import { Proof } from '../../proof.js';
import type { ArgumentShape } from '../../rules/argument-shape.js';
import type { Candidate } from '../../rules/candidate.js';
import { indexOf, type RuleIndex } from '../../rules/rule-index.js';
import { recursionOf, type Recursion } from '../../tabling/recursion.js';
import { findExactClass, registeredPrototypes } from '../../runtime/exact-class.js';
import { registeredGetters } from '../../runtime/getters.js';
import {
  anything,
  isUnknown,
  keyOf,
  passedArguments,
  tested,
  instanceOf,
  rowOf,
  type CompiledFunction,
  type KnownArgument,
  type KnownTypes,
} from '../compiled-function.js';
import { FollowedCalls } from '../followed-calls.js';
import type { Linker } from '../linker.js';
import { partiallyEvaluate } from '../partial-evaluator/partial-evaluator.js';
import { eliminateTailCalls } from '../passes/eliminate-tail-calls.js';
import { hoistRecords } from '../passes/hoist-records.js';
import { insertPromiseChecks } from '../passes/insert-promise-checks.js';
import { mergeAlternatives } from '../passes/merge-alternatives.js';
import { simplify } from '../passes/simplify.js';
import type { Plan } from '../plan.js';
import { PlanFacts } from '../plan-facts.js';
import { PlanningMeter } from '../planning-meter.js';
import type { SharedPlan } from '../shared-plan.js';
import { SharedPlans } from '../sharing/shared-plans.js';
import { manyClasses, maxCombinations } from '../thresholds.js';
import { methodCallers, negatedPredicates } from './call-graph.js';

/** The form of the functions. */
export interface LinkerOptions {
  /** Whether functions record their proofs, and the reasons why checks are undecided. */
  readonly recordsProofs: boolean;
  /** Whether the code alone denies undecided queries. Otherwise the machine runs them again. */
  readonly deniesUndecided: boolean;
}

/** The functions of one policy, by the facts about their arguments. */
export class PolicyLinker implements Linker {
  readonly #functions = new Map<string, CompiledFunction>();
  /** The number of functions that differ only in literals, by their other facts. */
  readonly #combinations = new Map<string, number>();
  readonly #exact = new Map<DeclaredType, Class | undefined>();
  #extensions: Map<DeclaredType, DeclaredType[]> | undefined = undefined;
  #negated: ReadonlySet<Predicate> | undefined = undefined;
  #methodCallers: ReadonlySet<Predicate> | undefined = undefined;
  /** Whether rules read declared fields of an argument, by predicate, arity and position. */
  readonly #readers = new Map<Predicate, Map<string, boolean>>();
  readonly #getters: ReadonlySet<string>;
  readonly registered: ReadonlySet<object>;
  readonly hasManyClasses: boolean;
  readonly hasDeclaredLists: boolean;
  readonly knownTypes: readonly TypeSet[] | undefined = undefined;
  readonly recursion: Recursion;
  readonly followed = new FollowedCalls();
  readonly meter: PlanningMeter = new PlanningMeter();
  readonly emptyProof: Proof | undefined;
  readonly passesPositions: boolean;
  readonly #rowMarks = new Map<DeclaredType, RowMark | undefined>();
  readonly #plans: SharedPlans;

  /** @param previous the functions of the policy that this one replaces, or of the same policy */
  constructor(
    readonly context: ProgramContext,
    { recordsProofs, deniesUndecided }: LinkerOptions,
    previous?: PolicyLinker,
  ) {
    this.recursion = recursionOf(context.program);
    this.#plans = new SharedPlans(this, previous === undefined ? undefined : previous.#plans);
    this.emptyProof = recordsProofs ? Proof.empty() : undefined;
    this.passesPositions = recordsProofs && deniesUndecided;
    const { types } = context.program;
    this.registered = registeredPrototypes(types);
    this.#getters = registeredGetters(types);
    this.hasManyClasses = this.registered.size > manyClasses;
    this.hasDeclaredLists = [...types.types].some(({ places }) =>
      [...places.values()].some(({ element }) => element !== undefined),
    );
  }

  // ── functions ──

  /** Returns the function for a rule of the policy without facts about its arguments, or undefined without such a rule. */
  entry(name: string, arity: number): CompiledFunction | undefined {
    const predicate = this.context.program.predicates.get(name);
    if (predicate?.byArity.has(arity) !== true) return undefined;
    return this.functionFor(
      predicate,
      Array.from({ length: arity }, () => anything),
    );
  }

  /** All functions so far. A loop over them also visits functions that are added meanwhile. */
  get functions(): Iterable<CompiledFunction> {
    return this.#functions.values();
  }

  get functionCount(): number {
    return this.#functions.size;
  }

  functionFor(predicate: Predicate, wanted: readonly KnownArgument[]): CompiledFunction {
    // Each dispatch on a further argument would multiply the literals again: the rules test the other arguments instead.
    const isGeneralized = this.generalize(predicate, wanted) !== wanted;
    const known = isGeneralized ? this.#withoutDispatch(predicate, wanted) : wanted;
    const key = keyOf(predicate, known);
    let fn = this.#functions.get(key);
    if (fn === undefined) {
      const combination = withoutLiterals(predicate, known);
      this.#combinations.set(combination, (this.#combinations.get(combination) ?? 0) + 1);
      fn = {
        id: this.#functions.size,
        predicate,
        known,
        run: () => false,
        runAll: () => false,
        wait: () => false,
        waitAll: () => false,
        cases: undefined,
        dependents: new Set(),
      };
      this.prepare(fn);
      this.#functions.set(key, fn);
    }
    return fn;
  }

  generalize(predicate: Predicate, known: readonly KnownArgument[]): readonly KnownArgument[] {
    if (known.filter(({ kind }) => kind === 'literal').length < 2) return known;
    if (this.#functions.has(keyOf(predicate, known))) return known;
    const count = this.#combinations.get(withoutLiterals(predicate, known)) ?? 0;
    if (count < maxCombinations) return known;
    const index = this.indexOf(predicate, known.length);
    return known.map((k, i) => (k.kind === 'literal' && !index.hasSpecializerAt(i) ? tested : k));
  }

  #withoutDispatch(predicate: Predicate, known: readonly KnownArgument[]): readonly KnownArgument[] {
    const index = this.indexOf(predicate, known.length);
    return known.map((k, i) => (k.kind === 'anything' && !index.hasSpecializerAt(i) ? tested : k));
  }

  /** Called for each new function, before it is used. */
  protected prepare(_fn: CompiledFunction): void {}

  /** @throws {NotCompilable} */
  planOf(fn: CompiledFunction): SharedPlan {
    const steps = this.planInSteps(fn);
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    return step.value;
  }

  /** Plans a function. Each step is a part of the work. @throws {NotCompilable} */
  *planInSteps(fn: CompiledFunction): Generator<void, SharedPlan, undefined> {
    const known = this.#plans.find(fn);
    if (known !== undefined) return known;
    yield;
    const facts = new PlanFacts();
    return this.#plans.add(fn, yield* this.#newPlan(fn, facts), facts);
  }

  *#newPlan(fn: CompiledFunction, facts: PlanFacts): Generator<void, Plan, undefined> {
    const { params, locals, body } = yield* partiallyEvaluate(fn, this, facts);
    const passed = passedArguments(fn.known);
    const open = params.filter((_, i) => isUnknown(passed[i]!));
    yield;
    const merged = mergeAlternatives(simplify(body), this);
    yield;
    const hoisted = hoistRecords(eliminateTailCalls(merged, { fn, params }));
    yield;
    return { params, locals, body: insertPromiseChecks(hoisted, open) };
  }

  // ── rules ──

  indexOf(predicate: Predicate, arity: number): RuleIndex {
    return indexOf(this.context, predicate, arity);
  }

  rulesInOrder(_fn: CompiledFunction, candidates: readonly Candidate[], _shapes: readonly ArgumentShape[]) {
    return candidates;
  }

  determinesRules(predicate: Predicate, known: readonly KnownArgument[]): boolean {
    return known.every((_, i) => this.determinesPosition(predicate, known, i));
  }

  determinesPosition(predicate: Predicate, known: readonly KnownArgument[], position: number): boolean {
    return (
      known[position]!.kind !== 'anything' || !this.indexOf(predicate, known.length).discriminates(position)
    );
  }

  dispatches(predicate: Predicate, known: readonly KnownArgument[]): boolean {
    return known.some((_, i) => this.dispatchesOn(predicate, known, i));
  }

  dispatchesOn(predicate: Predicate, known: readonly KnownArgument[], position: number): boolean {
    return (
      !this.determinesPosition(predicate, known, position) ||
      (known[position]!.kind === 'anything' &&
        this.dispatchesOnFields &&
        this.#readsDeclared(predicate, known.length, position))
    );
  }

  /** Whether functions dispatch on an argument of which rules only read declared fields. */
  protected get dispatchesOnFields(): boolean {
    return true;
  }

  #readsDeclared(predicate: Predicate, arity: number, position: number): boolean {
    const known = this.#readers.get(predicate) ?? new Map<string, boolean>();
    this.#readers.set(predicate, known);
    const key = `${arity}/${position}`;
    let reads = known.get(key);
    if (reads === undefined) {
      const rules = predicate.byArity.get(arity) ?? [];
      reads = rules.some(({ parameters, body }) => {
        const { term, goals } = parameters[position]!;
        return term.kind === 'slot' && this.#readFrom([...goals, ...body], term.slot);
      });
      known.set(key, reads);
    }
    return reads;
  }

  /** Checks whether goals read a declared field of a variable. */
  #readFrom(goals: readonly Goal[], slot: number): boolean {
    return goals.some((goal) => {
      switch (goal.kind) {
        case 'lookup':
          return (
            goal.object.kind === 'slot' &&
            goal.object.slot === slot &&
            goal.plainName !== undefined &&
            this.isDeclared(goal.plainName)
          );
        case 'or':
          return goal.alternatives.some((each) => this.#readFrom(each, slot));
        case 'not':
          return this.#readFrom(goal.operand, slot);
        default:
          return false;
      }
    });
  }

  isNegated(predicate: Predicate): boolean {
    this.#negated ??= negatedPredicates(this.context.program.predicates.values());
    return this.#negated.has(predicate);
  }

  mayCallMethods(predicate: Predicate): boolean {
    this.#methodCallers ??= methodCallers(this.context.program.predicates.values());
    return this.#methodCallers.has(predicate);
  }

  // ── types ──

  extensionsOf(type: DeclaredType): readonly DeclaredType[] {
    const { types } = this.context.program;
    if (this.#extensions === undefined) {
      this.#extensions = new Map<DeclaredType, DeclaredType[]>();
      for (const each of types.types)
        for (const base of types.ancestorsOf(each).slice(1)) {
          const known = this.#extensions.get(base);
          if (known === undefined) this.#extensions.set(base, [each]);
          else known.push(each);
        }
    }
    return this.#extensions.get(type) ?? [];
  }

  exactClass(type: DeclaredType): Class | undefined {
    if (!this.#exact.has(type)) this.#exact.set(type, findExactClass(type, this.context.typeSets));
    return this.#exact.get(type);
  }

  rowMark(type: DeclaredType): RowMark | undefined {
    if (!this.#rowMarks.has(type)) this.#rowMarks.set(type, this.#findRowMark(type));
    return this.#rowMarks.get(type);
  }

  #findRowMark(type: DeclaredType): RowMark | undefined {
    const { typeSets } = this.context;
    if (type.class !== undefined || type.is !== undefined || typeSets.hasPredicates) return undefined;
    if (type.discriminator === undefined) return { field: undefined, value: type.name };
    const { field, value } = type.discriminator;
    const given = typeSets.discriminators?.fields.find(({ name }) => name === field)?.types.get(value);
    return given?.length === 1 ? { field, value } : undefined;
  }

  exactArgument(type: DeclaredType): KnownTypes | undefined {
    const { typeSets } = this.context;
    const exact = this.exactClass(type);
    if (exact !== undefined) return instanceOf(typeSets.ofClass(exact), exact);
    return this.rowMark(type) && rowOf(typeSets.ofRowWithType(type));
  }

  equalsOnlyItself({ types, class: exact }: KnownTypes): boolean {
    if (this.context.equality !== 'identity' || exact === undefined) return false;
    if (types.declared.some((type) => type.key !== undefined || type.equals !== undefined)) return false;
    return (exact.prototype as object).valueOf === Object.prototype.valueOf;
  }

  hasGetter(name: string): boolean {
    return this.#getters.has(name);
  }

  get hasPlaces(): boolean {
    return this.context.typeSets.placeNames.size > 0;
  }

  isDeclared(name: string): boolean {
    return this.context.typeSets.placeNames.has(name);
  }

  testsTypes(type: DeclaredType): boolean {
    const { hasPredicates, discriminators } = this.context.typeSets;
    if (hasPredicates || discriminators !== undefined) return false;
    return type.class === undefined || !hasTagged(type.class.prototype as object);
  }

  declaresAlone(type: DeclaredType, name: string): boolean {
    return this.testsTypes(type) && this.extensionsOf(type).every(({ places }) => !places.has(name));
  }
}

/** Identifies functions that differ only in literals. */
const withoutLiterals = (predicate: Predicate, known: readonly KnownArgument[]): string =>
  keyOf(
    predicate,
    known.map((k) => (k.kind === 'literal' || k.kind === 'tested' ? anything : k)),
  );
