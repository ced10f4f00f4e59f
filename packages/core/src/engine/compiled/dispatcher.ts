import { isThenable } from '../../internal/promise.js';
import { findMark, type RowMark } from '../../host/row-mark.js';
import type { TypeSet } from '../../host/type-set.js';
import { isPlainObject } from '../../host/value.js';
import { isObject } from '../../internal/is-object.js';
import { Reference, rowOfReference } from '../../host/reference.js';
import type { DeclaredType } from '../../types/declared-type.js';
import type { Class } from '../../types/type-declaration.js';
import type { BackEnd } from '../backends/back-end.js';
import {
  anything,
  passedArguments,
  instanceOf,
  rowOf,
  typesOnly,
  type CompiledFunction,
  type GrowingCases,
  type KnownArgument,
} from '../compiler/compiled-function.js';
import { dispatchPosition, caseOf, literalCase } from '../compiler/cases.js';
import { shapesOf } from '../compiler/known-shapes.js';
import type { Linker } from '../compiler/linker.js';
import { hotCalls, longestChain, longestSwitch, maxClasses } from '../compiler/thresholds.js';
import { Budget, defaultLimits } from '../limits.js';
import type { RuleIndex } from '../rules/rule-index.js';
import { classLike } from '../runtime/exact-class.js';
import type { Runtime } from '../runtime/runtime.js';

// A function that knows nothing about an argument dispatches on it: it continues with the function for the literal, class or type that it
// receives. Cases are added as they occur. Each function dispatches on one argument; the next argument is the next function's.

/** The engine that a dispatching function belongs to. */
export interface DispatchContext extends Linker {
  readonly runtime: Runtime;
  readonly backEnd: BackEnd;
}

type Changeable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Makes a function dispatch on the first argument that determines the rules. */
export const dispatch = (fn: CompiledFunction, engine: DispatchContext): void =>
  new Dispatcher(fn, engine).publish();

class Dispatcher {
  /** The position of the argument that is dispatched on. */
  readonly #position: number;
  /** Its index among the arguments that are passed: literals are not. */
  readonly #parameter: number;
  readonly #index: RuleIndex;
  readonly #literals = new Map<unknown, CompiledFunction>();
  readonly #classes = new Map<Class, CompiledFunction>();
  readonly #prototypes = new Map<object, CompiledFunction>();
  readonly #rows = new Map<RowMark['field'], Map<unknown, CompiledFunction>>();
  readonly #types = new Map<TypeSet, CompiledFunction>();
  readonly #others = new Map<TypeSet, CompiledFunction>();
  readonly #cases: Changeable<GrowingCases>;
  #isAddingAll = false;

  constructor(
    readonly fn: CompiledFunction,
    readonly engine: DispatchContext,
  ) {
    const { known } = fn;
    this.#position = dispatchPosition(fn, engine);
    this.#parameter = passedArguments(known.slice(0, this.#position)).length;
    this.#index = engine.indexOf(fn.predicate, known.length);
    this.#cases = {
      passed: passedArguments(known).length,
      parameter: this.#parameter,
      literals: this.#literals,
      classes: this.#classes,
      prototypes: this.#prototypes,
      addAll: () => this.#addAll(),
      rows: this.#rows,
      typeSets: engine.context.typeSets,
      allLiterals: this.#index.literalsAt(this.#position)?.byLiteral ?? new Map(),
      otherText: undefined,
      others: this.#others,
      types: this.#types,
      miss: {
        run: (...args) => this.#target(args, this.engine.runtime).run(...args),
        runAll: (...args) => this.#target(args, this.engine.runtime).runAll(...args),
        wait: (runtime, ...args) => this.#target(args, runtime).wait(runtime, ...args),
        waitAll: (runtime, ...args) => this.#target(args, runtime).waitAll(runtime, ...args),
      },
    };
    fn.cases = this.#cases;
  }

  /** Returns the function that continues. A literal is removed from the arguments. */
  #find(args: unknown[]): CompiledFunction {
    const { runtime } = this.engine;
    const value = args[this.#parameter];
    const literal = literalCase(this.#cases, value);
    if (literal !== undefined) {
      args.splice(this.#parameter, 1);
      return literal;
    }
    const target = this.#rowCase(value) ?? caseOf(this.#cases, value, runtime);
    if (target === undefined) return this.#target(args, runtime);
    args[this.#parameter] = rowOfReference(value);
    return target;
  }

  #rowCase(value: unknown): CompiledFunction | undefined {
    if (this.#rows.size === 0 || !isObject(value) || isThenable(value)) return undefined;
    const mark = findMark(value, this.#cases.typeSets.discriminators);
    return mark === undefined ? undefined : this.#rows.get(mark.field)?.get(mark.value);
  }

  /** Returns the function for an argument without a case, and adds the case. A literal is removed from the arguments. */
  #target(args: unknown[], runtime: Runtime): CompiledFunction {
    const value = args[this.#parameter];
    runtime.await(value);
    const types = runtime.typeOf(value);
    const { literal, isOther } = this.#index.shapeOf(value, this.#position, types);
    if (literal !== undefined) {
      args.splice(this.#parameter, 1);
      return this.#literalCase(literal);
    }
    args[this.#parameter] = rowOfReference(value);
    return isOther ? this.#otherCase(value, types) : this.#typeCase(value, types);
  }

  /** Adds the cases for all literals and declared types for which rules of the policy may apply. */
  #addAll(): void {
    const { engine, fn } = this;
    const { typeSets } = engine.context;
    const knownWith = (known: KnownArgument) => fn.known.map((k, i) => (i === this.#position ? known : k));
    const shapesWith = (known: KnownArgument) => shapesOf(knownWith(known), this.#index, typeSets);
    const applies = (known: KnownArgument) =>
      this.#index.tableFor(shapesWith(known), new Budget(defaultLimits, undefined)).candidates.length > 0;
    const required = [...this.#index.typesRequired(shapesWith(anything), this.#position)];
    this.#isAddingAll = true;
    for (const type of new Set(required.flatMap((each) => [each, ...engine.extensionsOf(each)]))) {
      const exact = engine.exactClass(type);
      if (exact === undefined) this.#addRows(type, applies);
      else if (!this.#classes.has(exact)) {
        const known = instanceOf(typeSets.ofClass(exact), exact);
        if (applies(known)) this.#classCase(exact, known);
      }
    }
    for (const value of this.#index.literalsAt(this.#position)?.byLiteral.keys() ?? [])
      if (!this.#literals.has(value) && applies({ kind: 'literal', value: value as string }))
        this.#literalCase(value);
    this.#isAddingAll = false;
    this.publish();
  }

  /** Adds the case for rows that have this type from a mark. */
  #addRows(type: DeclaredType, applies: (known: KnownArgument) => boolean): void {
    const { engine } = this;
    const mark = engine.rowMark(type);
    if (mark === undefined) return;
    const types = engine.context.typeSets.ofRowWithType(type);
    if (engine.backEnd.kind === 'closures') {
      const known = typesOnly(types);
      if (!this.#types.has(types) && applies(known)) this.#types.set(types, this.#functionFor(known));
    } else if (this.#rows.get(mark.field)?.has(mark.value) !== true && applies(rowOf(types)))
      this.#markCase(mark, types);
  }

  #classCase(own: Class, known: KnownArgument): CompiledFunction {
    const target = this.#functionFor(known);
    this.#prototypes.set(own.prototype as object, target);
    this.#add(this.#classes, own, target, longestChain);
    return target;
  }

  #literalCase(value: unknown): CompiledFunction {
    const target = this.#functionFor({ kind: 'literal', value: value as string });
    this.#add(this.#literals, value, target, longestSwitch);
    return target;
  }

  #otherCase(value: unknown, types: TypeSet): CompiledFunction {
    const target = this.#functionFor({ kind: 'other', types });
    if (typeof value === 'string' && !this.engine.context.typeSets.hasPredicates) {
      this.#cases.otherText = target;
      this.publish();
    } else this.#others.set(types, target);
    return target;
  }

  #typeCase(value: unknown, types: TypeSet): CompiledFunction {
    const [nearest] = types.chain;
    const { context } = this.engine;
    const exact = nearest === undefined ? undefined : this.engine.exactClass(nearest);
    if (exact !== undefined && context.typeSets.ofClass(exact) === types && this.#classes.size < maxClasses) {
      const own = classLike(exact, value as object, context.typeSets, (name) => this.engine.hasGetter(name));
      if (own !== undefined) return this.#classCase(own, instanceOf(types, exact));
    }
    const mark =
      this.engine.backEnd.kind === 'closures' || context.typeSets.hasPredicates
        ? undefined
        : findMark(value, context.typeSets.discriminators);
    if (mark !== undefined) return this.#markCase(mark, types);
    const isRow = value instanceof Reference && isPlainObject(Reference.objectOf(value));
    const target = this.#functionFor(isRow && types.isRegistered ? rowOf(types) : typesOnly(types));
    this.#types.set(types, target);
    return target;
  }

  #markCase(mark: RowMark, types: TypeSet): CompiledFunction {
    const target = this.#functionFor(rowOf(types));
    const rows = this.#rows.get(mark.field) ?? new Map<unknown, CompiledFunction>();
    this.#rows.set(mark.field, rows);
    this.#add(rows, mark.value, target, longestChain);
    return target;
  }

  /** @param few the number of cases up to which the dispatch of a target is repeated within this function */
  #add<Key>(cases: Map<Key, CompiledFunction>, key: Key, target: CompiledFunction, few: number): void {
    if (cases.get(key) === target) return;
    cases.set(key, target);
    if (cases.size <= few) target.dependents.add(this.publish);
    if (cases.size <= few + 1 && !this.#isAddingAll) this.publish();
  }

  #functionFor(known: KnownArgument): CompiledFunction {
    return this.engine.functionFor(
      this.fn.predicate,
      this.fn.known.map((k, i) => (i === this.#position ? known : k)),
    );
  }

  /** Makes the code for the cases so far, and again whenever a case is added. */
  readonly publish = (): void => {
    const { engine, fn } = this;
    const { waiting } = engine.backEnd;
    const cases = this.#cases;
    // Code for cases that still change, or that is rarely called, costs more than it saves.
    let calls = 0;
    fn.run = (...args) => {
      if (++calls === hotCalls) fn.run = engine.backEnd.dispatch('run', fn, cases, engine.runtime);
      return this.#find(args).run(...args);
    };
    // The other forms are rarely used, so each is made when it is first called.
    fn.runAll = (...args) =>
      (fn.runAll = engine.backEnd.dispatch('runAll', fn, cases, engine.runtime))(...args);
    if (waiting !== undefined) {
      fn.wait = (runtime, ...args) => (fn.wait = waiting.dispatch('wait', fn, cases))(runtime, ...args);
      fn.waitAll = (runtime, ...args) =>
        (fn.waitAll = waiting.dispatch('waitAll', fn, cases))(runtime, ...args);
    }
    for (const publish of fn.dependents) publish();
  };
}
