import type { RowMark } from '../../host/row-mark.js';
import type { TypeSet } from '../../host/type-set.js';
import type { Predicate } from '../../ir/goal.js';
import type { DeclaredType } from '../../types/declared-type.js';
import type { Class } from '../../types/type-declaration.js';
import type { Meter } from '../../host/meter.js';
import type { ProgramContext } from '../program-context.js';
import type { Proof } from '../proof.js';
import type { ArgumentShape } from '../rules/argument-shape.js';
import type { Candidate } from '../rules/candidate.js';
import type { RuleIndex } from '../rules/rule-index.js';
import type { Recursion } from '../tabling/recursion.js';
import type { CompiledFunction, KnownArgument, KnownTypes } from './compiled-function.js';
import type { FollowedCalls } from './followed-calls.js';

/** The program that functions are compiled from, the other functions, and facts about the whole program. */
export interface Linker {
  readonly context: ProgramContext;
  /** The proof without rules, if functions record their proofs. */
  readonly emptyProof: Proof | undefined;
  /** Whether code passes positions in the policy to the runtime, which makes the errors of undecided checks. */
  readonly passesPositions: boolean;
  /** Counts the work of planning, and interrupts it. */
  readonly meter: Meter;
  indexOf(predicate: Predicate, arity: number): RuleIndex;
  functionFor(predicate: Predicate, known: readonly KnownArgument[]): CompiledFunction;
  /** Drops facts where literals would be combined in too many ways. Otherwise returns the same list. */
  generalize(predicate: Predicate, known: readonly KnownArgument[]): readonly KnownArgument[];
  /** The calls that plans replace by the rules that they are forwarded to. */
  readonly followed: FollowedCalls;
  /** Checks that the facts about the arguments determine which rules apply. */
  determinesRules(predicate: Predicate, known: readonly KnownArgument[]): boolean;
  /** The same for the argument at one position. */
  determinesPosition(predicate: Predicate, known: readonly KnownArgument[], position: number): boolean;
  /** Checks that an instance equals only itself. */
  equalsOnlyItself(known: KnownTypes): boolean;
  /** All types that values may have, in ahead-of-time compilation. Other types are errors there. */
  readonly knownTypes: readonly TypeSet[] | undefined;
  /** Returns the rules of a function in the order in which it tries them. @throws {NotCompilable} */
  rulesInOrder(
    fn: CompiledFunction,
    candidates: readonly Candidate[],
    shapes: readonly ArgumentShape[],
  ): readonly Candidate[];
  /** Whether there are too many classes to compare a value with each. */
  readonly hasManyClasses: boolean;
  /** Checks whether any type declares a field of this name. */
  isDeclared(name: string): boolean;
  /** Checks that a value of a type has no other type that declares the field. */
  declaresAlone(type: DeclaredType, name: string): boolean;
  /** Checks that a value which a read has tested certainly has the type of its field. */
  testsTypes(type: DeclaredType): boolean;
  /** Whether a type declares a field or a relation. */
  readonly hasPlaces: boolean;
  /** Whether a type declares a list. */
  readonly hasDeclaredLists: boolean;
  /** Checks whether a function with these facts dispatches on an argument: because of the rules, or of the declared fields that they read. */
  dispatches(predicate: Predicate, known: readonly KnownArgument[]): boolean;
  /** The same for the argument at one position. */
  dispatchesOn(predicate: Predicate, known: readonly KnownArgument[], position: number): boolean;
  /** Checks whether a registered class has a getter of this name. */
  hasGetter(name: string): boolean;
  /** The predicates that call themselves. */
  readonly recursion: Recursion;
  /** Checks whether a negation depends on the predicate, so that its failure may let a rule apply. */
  isNegated(predicate: Predicate): boolean;
  /** Checks whether the rules of the predicate may call methods of the application, directly or indirectly. */
  mayCallMethods(predicate: Predicate): boolean;
  /** Returns the types of the registered classes that extend the class of this type. */
  extensionsOf(type: DeclaredType): readonly DeclaredType[];
  /** Returns the class whose prototype identifies the instances of exactly this type, if that is reliable. */
  exactClass(type: DeclaredType): Class | undefined;
  /** Returns the mark that gives rows exactly this type, if the type has no class. */
  rowMark(type: DeclaredType): RowMark | undefined;
  /** Returns the facts about a value that has exactly this type. */
  exactArgument(type: DeclaredType): KnownTypes | undefined;
}
