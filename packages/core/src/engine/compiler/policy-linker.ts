import type { TypeSet } from '../../host/type-set.js';
import type { Predicate } from '../../ir/goal.js';
import type { DeclaredType, FieldType } from '../../types/declared-type.js';
import type { Class } from '../../types/type-declaration.js';
import { indexOf, type RuleIndex } from '../rules/candidates.js';
import type { MachineContext } from '../machine/machine.js';
import { anything, keyOf, tested, type CompiledFunction, type KnownArgument } from './compiled-function.js';
import { fewClasses, manyClasses } from '../backends/source/source-emitter.js';
import { findExactClass, registeredPrototypes } from '../runtime/exact-class.js';
import { registeredGetters } from '../runtime/getters.js';
import { noticing } from './plan.js';
import { callersOfMethods, recursion, negatedPredicates } from './recursion.js';
import { specialise, type Linker, type Plan } from './partial-evaluator.js';

/** So many combinations of literals as arguments get functions of their own: with each argument there may be some times as many. */
const maxCombinations = 32;

/** The functions of one policy, by what is known of their arguments. */
export class PolicyLinker implements Linker {
  readonly #functions = new Map<string, CompiledFunction>();
  /** How many functions there are that differ in literals alone, by what else is known. */
  readonly #combinations = new Map<string, number>();
  readonly #exact = new Map<DeclaredType, Class | undefined>();
  #extensions: Map<DeclaredType, DeclaredType[]> | undefined = undefined;
  #refuted: ReadonlySet<Predicate> | undefined = undefined;
  #callers: ReadonlySet<Predicate> | undefined = undefined;
  /** The fields from whose declaration something follows for plain rows. */
  readonly #taggable: ReadonlySet<string>;
  readonly #getters: ReadonlySet<string>;
  readonly registered: ReadonlySet<object>;
  readonly hasManyClasses: boolean;
  readonly hasFewClasses: boolean;
  readonly knownTypes: readonly TypeSet[] | undefined = undefined;
  readonly isRecursive = recursion();

  constructor(readonly context: MachineContext) {
    const { types } = context.program;
    this.registered = registeredPrototypes(types);
    this.#getters = registeredGetters(types);
    this.hasManyClasses = this.registered.size > manyClasses;
    this.hasFewClasses = this.registered.size <= fewClasses;
    this.#taggable = new Set(
      [...types.types].flatMap(({ fields }) =>
        [...(fields?.values() ?? [])].filter((f) => this.isTaggable(f.type)).map((f) => f.name),
      ),
    );
  }

  /** The function for a rule of the policy, about whose arguments nothing is known; undefined when there is none. */
  entry(name: string, arity: number): CompiledFunction | undefined {
    const predicate = this.context.program.predicates.get(name);
    if (predicate?.byArity.has(arity) !== true) return undefined;
    return this.functionFor(
      predicate,
      Array.from({ length: arity }, () => anything),
    );
  }

  /** All functions that were asked for so far, also while they are gone through. */
  get functions(): Iterable<CompiledFunction> {
    return this.#functions.values();
  }

  indexOf(predicate: Predicate, arity: number): RuleIndex {
    return indexOf(this.context, predicate, arity);
  }

  bounded(predicate: Predicate, known: readonly KnownArgument[]): readonly KnownArgument[] {
    if (known.filter(({ kind }) => kind === 'literal').length < 2) return known;
    if (this.#functions.has(keyOf(predicate, known))) return known;
    const count = this.#combinations.get(withoutLiterals(predicate, known)) ?? 0;
    if (count < maxCombinations) return known;
    const index = this.indexOf(predicate, known.length);
    return known.map((k, i) => (k.kind === 'literal' && !index.tellsTypes(i) ? tested : k));
  }

  functionFor(predicate: Predicate, wanted: readonly KnownArgument[]): CompiledFunction {
    // What a function looks at first is not passed on, and each look adds a literal: what is left is tested by the rules.
    const isBounded = this.bounded(predicate, wanted) !== wanted;
    const known = isBounded ? this.#tested(predicate, wanted) : wanted;
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
        outer: new Set(),
      };
      this.prepare(fn);
      this.#functions.set(key, fn);
    }
    return fn;
  }

  #tested(predicate: Predicate, known: readonly KnownArgument[]): readonly KnownArgument[] {
    const index = this.indexOf(predicate, known.length);
    return known.map((k, i) => (k.kind === 'anything' && !index.tellsTypes(i) ? tested : k));
  }

  /** What a function does. @throws {Declined} */
  planOf(fn: CompiledFunction): Plan {
    const { params, locals, body } = specialise(fn, this);
    const passed = fn.known.filter(({ kind }) => kind !== 'literal');
    const open = params.filter((_, i) => mayBePromise(passed[i]!));
    return { params, locals, body: noticing(body, open) };
  }

  tellsRules(predicate: Predicate, known: readonly KnownArgument[]): boolean {
    return known.every((_, i) => this.tellsPosition(predicate, known, i));
  }

  tellsPosition(predicate: Predicate, known: readonly KnownArgument[], position: number): boolean {
    return (
      known[position]!.kind !== 'anything' || !this.indexOf(predicate, known.length).tellsApart(position)
    );
  }

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

  isRefuted(predicate: Predicate): boolean {
    this.#refuted ??= negatedPredicates(this.context.program.predicates.values());
    return this.#refuted.has(predicate);
  }

  mayCallMethods(predicate: Predicate): boolean {
    this.#callers ??= callersOfMethods(this.context.program.predicates.values());
    return this.#callers.has(predicate);
  }

  exactClass(type: DeclaredType): Class | undefined {
    if (!this.#exact.has(type)) this.#exact.set(type, findExactClass(type, this.context.typeSets));
    return this.#exact.get(type);
  }

  equalsOnlyItself({ types, class: exact }: Extract<KnownArgument, { kind: 'types' }>): boolean {
    if (this.context.equality !== 'identity' || exact === undefined) return false;
    if (types.declared.some((type) => type.key !== undefined || type.equals !== undefined)) return false;
    return (exact.prototype as object).valueOf === Object.prototype.valueOf;
  }

  isTaggable(type: FieldType): boolean {
    if (type.kind === 'list') return this.isTaggable(type.of);
    return type.kind === 'named' && this.context.program.types.find(type.name)?.builtIn === false;
  }

  runsGetter(name: string): boolean {
    return this.#getters.has(name);
  }

  mayTag(name: string): boolean {
    return this.#taggable.has(name);
  }

  /** A function has been made, and is in use from now on. */
  protected prepare(_fn: CompiledFunction): void {}
}

/** A value of which something is known has been looked at. */
const mayBePromise = ({ kind }: KnownArgument): boolean => kind === 'anything' || kind === 'tested';

/** What is known but for the literals. */
const withoutLiterals = (predicate: Predicate, known: readonly KnownArgument[]): string =>
  keyOf(
    predicate,
    known.map((k) => (k.kind === 'literal' || k.kind === 'tested' ? anything : k)),
  );
