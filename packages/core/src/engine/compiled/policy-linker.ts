import type { TypeSet } from '../../host/type-set.js';
import type { Predicate } from '../../ir/goal.js';
import type { DeclaredType, FieldType } from '../../types/declared-type.js';
import type { Class } from '../../types/type-declaration.js';
import { indexOf, type RuleIndex } from '../candidates.js';
import type { MachineContext } from '../machine/machine.js';
import { anything, keyOf, type CompiledFunction, type Known } from './compiled-function.js';
import { fewClasses, manyClasses } from './emit-source.js';
import { findExactClass, registeredPrototypes } from './exact-class.js';
import { noticing } from './plan.js';
import { callersOfMethods, recursion, refutedOf } from './recursion.js';
import { specialise, type Linker, type Plan } from './specialise.js';

/** The functions of one policy, by what is known of their arguments. */
export class PolicyLinker implements Linker {
  readonly #functions = new Map<string, CompiledFunction>();
  readonly #exact = new Map<DeclaredType, Class | undefined>();
  #extensions: Map<DeclaredType, DeclaredType[]> | undefined = undefined;
  #refuted: ReadonlySet<Predicate> | undefined = undefined;
  #callers: ReadonlySet<Predicate> | undefined = undefined;
  /** The fields from whose declaration something follows for plain rows. */
  readonly #taggable: ReadonlySet<string>;
  readonly registered: ReadonlySet<object>;
  readonly hasManyClasses: boolean;
  readonly hasFewClasses: boolean;
  readonly knownTypes: readonly TypeSet[] | undefined = undefined;
  readonly isRecursive = recursion();

  constructor(readonly context: MachineContext) {
    const { types } = context.program;
    this.registered = registeredPrototypes(types);
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

  functionFor(predicate: Predicate, known: readonly Known[]): CompiledFunction {
    const key = keyOf(predicate, known);
    let fn = this.#functions.get(key);
    if (fn === undefined) {
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

  /** What a function does. @throws {Declined} */
  planOf(fn: CompiledFunction): Plan {
    const { params, locals, body } = specialise(fn, this);
    const passed = fn.known.filter(({ kind }) => kind !== 'literal');
    const open = params.filter((_, i) => mayBePromise(passed[i]!));
    return { params, locals, body: noticing(body, open) };
  }

  tellsRules(predicate: Predicate, known: readonly Known[]): boolean {
    return known.every((_, i) => this.tellsPosition(predicate, known, i));
  }

  tellsPosition(predicate: Predicate, known: readonly Known[], position: number): boolean {
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
    this.#refuted ??= refutedOf(this.context.program.predicates.values());
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

  equalsOnlyItself({ types, class: exact }: Extract<Known, { kind: 'types' }>): boolean {
    if (this.context.equality !== 'identity' || exact === undefined) return false;
    if (types.declared.some((type) => type.key !== undefined || type.equals !== undefined)) return false;
    return (exact.prototype as object).valueOf === Object.prototype.valueOf;
  }

  isTaggable(type: FieldType): boolean {
    if (type.kind === 'list') return this.isTaggable(type.of);
    return type.kind === 'named' && this.context.program.types.find(type.name)?.builtIn === false;
  }

  mayTag(name: string): boolean {
    return this.#taggable.has(name);
  }

  /** A function has been made, and is in use from now on. */
  protected prepare(_fn: CompiledFunction): void {}
}

/** A value of which something is known has been looked at. */
const mayBePromise = ({ kind }: Known): boolean => kind === 'anything';
