import type { TypeSet, TypeSets } from '../../host/type-set.js';
import type { RowMark } from '../../host/row-mark.js';
import type { Predicate } from '../../ir/goal.js';
import type { Class } from '../../types/type-declaration.js';
import type { Runtime } from '../runtime/runtime.js';
import type { TypeCases } from '../runtime/type-cases.js';
import type { Ending, Way } from '../runtime/way.js';

/** The facts about an argument that a function is specialized for. */
export type KnownArgument =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** A string, number or boolean that is not a literal of any rule at this position. */
  | { readonly kind: 'other'; readonly types: TypeSet }
  | KnownTypes
  /**
   * One of several sets of types for which the same rules apply; `types` is one of them. Nothing else follows from it.
   * `isOther`: the argument is not a literal of any rule at this position.
   */
  | { readonly kind: 'some'; readonly types: TypeSet; readonly isOther: boolean }
  | { readonly kind: 'anything' }
  /**
   * Unknown like `anything`, but without dispatch: each rule tests it. Used where only literals distinguish the rules, and ahead of time for
   * values with more than one type.
   */
  | { readonly kind: 'tested' }
  /** A variable without a value, ahead of time. The function passes each value that the variable gets to its continuation. */
  | { readonly kind: 'unbound' };

/** The types of an argument. */
export interface KnownTypes {
  readonly kind: 'types';
  readonly types: TypeSet;
  /** The registered class of which the argument is exactly an instance. */
  readonly class: Class | undefined;
  /** Whether the argument is a plain object. */
  readonly isRow: boolean;
}

/** Returns the facts about a value of which only the types are known. */
export const typesOnly = (types: TypeSet): KnownTypes => ({
  kind: 'types',
  types,
  class: undefined,
  isRow: false,
});

/** Returns the facts about an instance of exactly this class. */
export const instanceOf = (types: TypeSet, exact: Class): KnownTypes => ({
  kind: 'types',
  types,
  class: exact,
  isRow: false,
});

/** Returns the facts about a plain object. */
export const rowOf = (types: TypeSet): KnownTypes => ({ ...typesOnly(types), isRow: true });

/**
 * Returns whether an argument is passed without the field from which it was read: the function knows its type. The field of a list also says which
 * type its elements have.
 */
export const isPassedRaw = (known: KnownArgument): boolean =>
  known.kind === 'types' && known.types.isRegistered;

export const anything: KnownArgument = { kind: 'anything' };
export const tested: KnownArgument = { kind: 'tested' };
export const unbound: KnownArgument = { kind: 'unbound' };

/** Checks that nothing is known of an argument. Then it may be a promise. */
export const isUnknown = ({ kind }: KnownArgument): boolean => kind === 'anything' || kind === 'tested';

/** Checks that an argument is passed at run time. A literal is not, because the function is specialized for it. */
export const isPassed = ({ kind }: KnownArgument): boolean => kind !== 'literal' && kind !== 'unbound';

/** Returns the facts about the arguments that are passed at run time. */
export const passedArguments = (known: readonly KnownArgument[]): readonly KnownArgument[] =>
  known.filter(isPassed);

/** Checks whether a function is called for the values of variables. It exists only in the forms that continue after each success. */
export const findsValues = ({ known }: CompiledFunction): boolean =>
  known.some(({ kind }) => kind === 'unbound');

/** A predicate that is specialized for the facts about its arguments. */
export interface CompiledFunction {
  readonly id: number;
  readonly predicate: Predicate;
  readonly known: readonly KnownArgument[];
  /** Stops at the first success. The first call builds the code. */
  run: (...args: unknown[]) => boolean;
  /**
   * Calls its last argument at each success until that returns something other than `false`. A caller that continues after a call and
   * fails uses it to run the remaining alternatives of the call, because they may be undecided.
   */
  runAll: (...args: unknown[]) => Ending;
  /** Awaits promises, otherwise like `run`. Its runtime is an argument, because waiting queries overlap. */
  wait: (runtime: Runtime, ...args: unknown[]) => boolean | Promise<boolean>;
  waitAll: (runtime: Runtime, ...args: unknown[]) => Ending | Promise<Ending>;
  /** The cases of a function that only dispatches on an argument. */
  cases: GrowingCases | undefined;
  /** Called when this function changes: callers that contain its dispatch in their own code. */
  readonly dependents: Set<() => void>;
}

/** The functions that a dispatching function continues with, by the argument that it dispatches on. */
export interface DispatchCases {
  /** The number of arguments that are passed. */
  readonly passed: number;
  /** The index of the argument that is dispatched on. */
  readonly parameter: number;
  /** The functions by literal; the literal is not passed on. No rule applies to a literal without a function. */
  readonly literals: ReadonlyMap<unknown, CompiledFunction | undefined>;
  /** The functions by the exact class of the argument. */
  readonly classes: ReadonlyMap<Class, CompiledFunction>;
  /** The same functions by the prototype of the class. */
  readonly prototypes: ReadonlyMap<object, CompiledFunction>;
  /** The functions for rows with one mark, by the field of the mark and its value. */
  readonly rows: ReadonlyMap<RowMark['field'], ReadonlyMap<unknown, CompiledFunction>>;
  readonly typeSets: TypeSets;
}

/** Cases that are added as they occur. */
export interface GrowingCases extends DispatchCases, TypeCases<CompiledFunction> {
  /** Handles an argument without a case. */
  readonly miss: Pick<CompiledFunction, Way>;
  /** Adds the cases for all literals and declared types for which rules of the policy may apply. */
  readonly addAll: () => void;
}

/** Identifies a function by its predicate and the facts about its arguments. */
export function keyOf(predicate: Predicate, known: readonly KnownArgument[]): string {
  let key = `${predicate.name}/`;
  for (const k of known) {
    switch (k.kind) {
      case 'literal':
        // JSON has no infinity.
        key += `${typeof k.value === 'number' ? k.value : JSON.stringify(k.value)},`;
        break;
      case 'other':
        key += `o${k.types.id},`;
        break;
      case 'types':
        key += `${k.isRow ? 'r' : k.class === undefined ? 't' : 'c'}${k.types.id},`;
        break;
      case 'some':
        key += `s${k.types.id}${k.isOther ? 'o' : ''},`;
        break;
      case 'tested':
        key += 'a,';
        break;
      case 'unbound':
        key += 'v,';
        break;
      case 'anything':
        key += '_,';
    }
  }
  return key;
}
