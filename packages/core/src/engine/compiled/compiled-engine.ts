import type { Predicate } from '../../ir/goal.js';
import type { DeclaredType, FieldType } from '../../types/declared-type.js';
import type { Class } from '../../types/type-declaration.js';
import { hasTagged } from '../../types/typed.js';
import { indexOf, type RuleIndex } from '../candidates.js';
import type { MachineContext } from '../machine/machine.js';
import type { BackEnd } from './back-end.js';
import { anything, keyOf, type CompiledFunction, type Known } from './compiled-function.js';
import { dispatch } from './dispatch.js';
import { manyClasses } from './emit-source.js';
import { noticing } from './plan.js';
import { recursion } from './recursion.js';
import { handover, Runtime } from './runtime.js';
import { Declined, specialise, type Linker, type Plan } from './specialise.js';

/**
 * The fast path for questions whose arguments are known. It answers what the machine answers, or hands over, with the results
 * of the methods that it has called. Functions are built when they are first called: for the literals, and the classes, that
 * they are called with. (design.md D3, D4)
 */
export class CompiledEngine implements Linker {
  readonly runtime: Runtime;
  readonly #functions = new Map<string, CompiledFunction>();
  readonly #exact = new Map<DeclaredType, Class | undefined>();
  readonly #hasSafeConstructors: boolean;
  readonly hasManyClasses: boolean;
  /** The fields from whose declaration something follows for plain rows. */
  readonly #taggable: ReadonlySet<string>;
  readonly isRecursive = recursion();

  constructor(
    readonly context: MachineContext,
    readonly backEnd: BackEnd,
  ) {
    const registered = new Set<object>();
    for (const { class: c, builtIn } of context.program.types.types)
      // Those with `then` stand for what they are awaited to.
      if (c !== undefined && !builtIn && !('then' in (c.prototype as object)))
        registered.add(c.prototype as object);
    this.runtime = new Runtime(context, registered);
    this.hasManyClasses = registered.size > manyClasses;
    this.#taggable = new Set(
      [...context.program.types.types].flatMap(({ fields }) =>
        [...(fields?.values() ?? [])].filter((f) => this.isTaggable(f.type)).map((f) => f.name),
      ),
    );
    this.#hasSafeConstructors = [...context.program.types.types].every(
      (type) => type.class === undefined || type.builtIn || namesItself(type.class),
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

  // ── what functions are built from ──

  indexOf(predicate: Predicate, arity: number): RuleIndex {
    return indexOf(this.context, predicate, arity);
  }

  functionFor(predicate: Predicate, known: readonly Known[]): CompiledFunction {
    const key = keyOf(predicate, known);
    let fn = this.#functions.get(key);
    if (fn === undefined) {
      const built: CompiledFunction = {
        id: this.#functions.size,
        predicate,
        known,
        run: () => false,
        wait: () => false,
        cases: undefined,
        outer: new Set(),
      };
      built.run = (...args) => this.#built(built).run(...args);
      built.wait = (runtime, ...args) => this.#built(built).wait(runtime, ...args);
      this.#functions.set(key, (fn = built));
    }
    return fn;
  }

  tellsRules(predicate: Predicate, known: readonly Known[]): boolean {
    return known.every((_, i) => this.tellsPosition(predicate, known, i));
  }

  tellsPosition(predicate: Predicate, known: readonly Known[], position: number): boolean {
    return (
      known[position]!.kind !== 'anything' || !this.indexOf(predicate, known.length).tellsApart(position)
    );
  }

  exactClass(type: DeclaredType): Class | undefined {
    if (!this.#exact.has(type)) this.#exact.set(type, this.#findExact(type));
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

  // ── inside ──

  #findExact(type: DeclaredType): Class | undefined {
    const { class: found } = type;
    if (found === undefined || type.builtIn || !this.#hasSafeConstructors) return undefined;
    const prototype = found.prototype as { then?: unknown };
    const isTold = !this.context.typeSets.hasPredicates && !hasTagged(prototype);
    // Instances of a class with `then` stand for what they are awaited to.
    return isTold && prototype.then === undefined ? found : undefined;
  }

  #built(fn: CompiledFunction): CompiledFunction {
    if (this.tellsRules(fn.predicate, fn.known)) this.#specialise(fn);
    else dispatch(fn, this);
    return fn;
  }

  #specialise(fn: CompiledFunction): void {
    const { backEnd } = this;
    fn.wait = handsOver;
    try {
      const { params, body } = specialise(fn, this);
      const passed = fn.known.filter(({ kind }) => kind !== 'literal');
      const open = params.filter((_, i) => mayBePromise(passed[i]!));
      const plan: Plan = { params, body: noticing(body, open) };
      fn.run = backEnd.plan(fn, plan, this, this.runtime);
      // Most questions meet no promise: what waits is made when it is first needed.
      if (backEnd.waiting !== undefined)
        fn.wait = (runtime, ...args) => (fn.wait = backEnd.waiting!.plan(fn, plan, this))(runtime, ...args);
    } catch (error) {
      // Rules of thousands of goals are more than the stack holds, here or where their text is read.
      if (!(error instanceof Declined) && !(error instanceof RangeError)) throw error;
      fn.run = handsOver;
    }
  }
}

const handsOver = (): never => {
  throw handover;
};

/** A value of which something is known has been looked at. */
const mayBePromise = ({ kind }: Known): boolean => kind === 'anything';

/** Whether `constructor` of an instance tells its class. */
const namesItself = ({ prototype }: Class): boolean =>
  Object.hasOwn(prototype as object, 'constructor') &&
  ((prototype as object).constructor as { prototype: unknown }).prototype === prototype;
