import type { TypeSet } from '../../host/type-set.js';
import type { Predicate } from '../../ir/goal.js';
import type { Class } from '../../types/type-declaration.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Ending, Way } from '../runtime/way.js';

/** What is known of an argument when a function is specialised. */
export type KnownArgument =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** A string, number or boolean that no rule has as a literal there. */
  | { readonly kind: 'other'; readonly types: TypeSet }
  /** Its types; `class` when it is an instance of exactly this registered class. */
  | { readonly kind: 'types'; readonly types: TypeSet; readonly class: Class | undefined }
  /**
   * One of several sets of types, for which the same rules apply; `types` is one of them. Nothing more follows from it.
   * `isOther`: no rule has it as a literal there.
   */
  | { readonly kind: 'some'; readonly types: TypeSet; readonly isOther: boolean }
  | { readonly kind: 'anything' }
  /** As `anything`, but it is not looked at first: each rule tests it. For an argument that rules tell apart by literals only. */
  | { readonly kind: 'tested' };

export const anything: KnownArgument = { kind: 'anything' };
export const tested: KnownArgument = { kind: 'tested' };

/** One predicate, for arguments of which something is known. Literals are not passed. */
export interface CompiledFunction {
  readonly id: number;
  readonly predicate: Predicate;
  readonly known: readonly KnownArgument[];
  /** What runs. The first call builds it. */
  run: (...args: unknown[]) => boolean;
  /**
   * Each way in which it holds, until what is handed last says that it is enough. A condition after a call may fail; what else the call
   * has to try is looked at then, since it may be undecided.
   */
  runAll: (...args: unknown[]) => Ending;
  /** As `run`, but it waits for promises; each question has a runtime of its own then, since questions overlap. */
  wait: (runtime: Runtime, ...args: unknown[]) => boolean | Promise<boolean>;
  waitAll: (runtime: Runtime, ...args: unknown[]) => Ending | Promise<Ending>;
  /** Where it goes on, when all it does is look at an argument. */
  cases: Cases | undefined;
  /** The functions that go on with this one: what it looks at may be looked at within them. */
  readonly outer: Set<() => void>;
}

/** Where a function that looks at one of its arguments goes on. */
export interface Cases {
  /** How many arguments are passed. */
  readonly passed: number;
  /** Which of them is looked at. */
  readonly parameter: number;
  /** By the literal that it is; the literal is not passed on. */
  readonly literals: ReadonlyMap<unknown, CompiledFunction>;
  /** By the class that it is an instance of, exactly. */
  readonly classes: ReadonlyMap<Class, CompiledFunction>;
  /** The same by the prototype of the class. */
  readonly prototypes: ReadonlyMap<object, CompiledFunction>;
  /** For what no case is made yet. */
  readonly miss: Pick<CompiledFunction, Way>;
}

export function keyOf(predicate: Predicate, known: readonly KnownArgument[]): string {
  let key = `${predicate.name}/`;
  for (const k of known) {
    switch (k.kind) {
      case 'literal':
        // JSON knows no infinity.
        key += `${typeof k.value === 'number' ? k.value : JSON.stringify(k.value)},`;
        break;
      case 'other':
        key += `o${k.types.id},`;
        break;
      case 'types':
        key += k.class === undefined ? `t${k.types.id},` : `c${k.types.id},`;
        break;
      case 'some':
        key += `s${k.types.id}${k.isOther ? 'o' : ''},`;
        break;
      case 'tested':
        key += 'a,';
        break;
      case 'anything':
        key += '_,';
    }
  }
  return key;
}
