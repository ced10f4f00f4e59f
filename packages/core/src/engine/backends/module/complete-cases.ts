import type { RowMark } from '../../../host/row-mark.js';
import type { TypeSet } from '../../../host/type-set.js';
import type { DeclaredType } from '../../../types/declared-type.js';
import type { Class } from '../../../types/type-declaration.js';
import {
  anything,
  passedArguments,
  instanceOf,
  isPassed,
  rowOf,
  tested,
  typesOnly,
  type CompiledFunction,
  type KnownArgument,
} from '../../compiler/compiled-function.js';
import { dispatchPosition } from '../../compiler/cases.js';
import { fieldsOfParameters } from '../../compiler/local-fields.js';
import { shapesOf } from '../../compiler/known-shapes.js';
import { fewTypeSets } from '../../compiler/thresholds.js';
import { Budget, defaultLimits } from '../../limits.js';
import type { ArgumentShape } from '../../rules/argument-shape.js';
import type { CandidateTable } from '../../rules/candidate.js';
import { groupByRules } from '../../rules/rule-groups.js';
import type { RuleIndex } from '../../rules/rule-index.js';
import type { CompleteCases } from '../source/dispatch-emitter.js';
import type { AotLinker } from './aot-linker.js';

/**
 * Returns all cases of a function that dispatches on an argument.
 *
 * @throws {PolarError} for an unknown class
 */
export const completeCases = (fn: CompiledFunction, linker: AotLinker): CompleteCases =>
  new CaseBuilder(fn, linker).cases();

class CaseBuilder {
  readonly #position: number;
  readonly #index: RuleIndex;
  /** Whether an argument is known by its types only. Then rows are, too: such arguments are rare, and each kind of row would repeat the code. */
  readonly #isGeneral: boolean;
  /** Whether an argument is an instance whose class is not registered. Then only the rules that apply are known of the others. */
  readonly #isLoose: boolean;
  /** Whether rules have literals at this position. Then a value without a case is another literal: boxed ones are refused. */
  readonly #isOther: boolean;

  constructor(
    readonly fn: CompiledFunction,
    readonly linker: AotLinker,
  ) {
    this.#position = dispatchPosition(fn, linker);
    this.#index = linker.indexOf(fn.predicate, fn.known.length);
    this.#isGeneral = fn.known.some(isGeneral);
    this.#isLoose = fn.known.some(isGivenInstance);
    this.#isOther = this.#index.literalsAt(this.#position) !== undefined;
  }

  cases(): CompleteCases {
    const { fn, linker } = this;
    const { known } = fn;
    const index = this.#index;
    const mentioned = index.typesRequired(this.#shapesWith(anything), this.#position);
    const related = linker.classesWith(mentioned);
    const relevant = new Set(related.flat());
    const rest = linker.knownTypes.find((types) => !relevant.has(types));
    const groups = groupByRules(related, (types) => this.#tableFor(this.#some(types)));
    const literals = this.#literals();
    const classes = new Map(
      this.#isOther || this.#isLoose ? [] : [...mentioned].flatMap((type) => this.#classCase(type)),
    );
    return {
      passed: passedArguments(known).length,
      parameter: passedArguments(known.slice(0, this.#position)).length,
      literals,
      classes,
      prototypes: new Map([...classes].map(([c, to]) => [c.prototype as object, to])),
      // A predicate may give a row another type than its mark.
      rows:
        this.#isOther || this.#isLoose || linker.context.typeSets.hasPredicates || !linker.readsMarks
          ? new Map()
          : this.#rows(mentioned),
      typeSets: linker.context.typeSets,
      types: new Map(
        groups.flatMap(({ types }) => {
          const usual = types.filter((set) => !isGiven(set));
          if (usual[0] !== undefined && (this.#isOther || this.#isLoose || usual.length > fewTypeSets)) {
            const shared = this.#target(this.#some(usual[0]))!;
            return types.map((set) => [set, shared] as const);
          }
          const isSome = this.#isOther || this.#isLoose;
          return types.map((set) => {
            const known = isSome || isGiven(set) ? this.#some(set) : typesOnly(set);
            return [set, this.#target(known)!] as const;
          });
        }),
      ),
      relevant,
      otherwise: rest && this.#target(this.#some(rest)),
      mixed: this.#mixed(),
      references: fieldsOfParameters(
        fn,
        passedArguments(known).map((_, i) => i),
      ),
    };
  }

  /** Returns the function for values with several types, which tests each rule. It knows only the literals, so that few functions need one. */
  #mixed(): CompiledFunction | undefined {
    const { linker, fn } = this;
    if (!linker.hasMixedTypes) return undefined;
    const known = fn.known.map((each) => (isPassed(each) ? tested : each));
    return linker.functionFor(fn.predicate, known);
  }

  #literals(): ReadonlyMap<unknown, CompiledFunction | undefined> {
    const literals = this.#index.literalsAt(this.#position)?.byLiteral.keys() ?? [];
    return new Map(
      [...literals].map((value) => [value, this.#target({ kind: 'literal', value: value as string })]),
    );
  }

  #classCase(type: DeclaredType): readonly (readonly [Class, CompiledFunction])[] {
    const exact = this.linker.exactClass(type);
    if (exact === undefined) return [];
    const types = this.linker.context.typeSets.ofClass(exact);
    const target = this.#target(instanceOf(types, exact));
    return target === undefined ? [] : [[exact, target]];
  }

  /** Returns the functions for rows that have one of the types from one mark. */
  #rows(mentioned: ReadonlySet<DeclaredType>): CompleteCases['rows'] {
    const { typeSets } = this.linker.context;
    const rows = new Map<RowMark['field'], Map<unknown, CompiledFunction>>();
    const add = (field: RowMark['field'], value: unknown, types: readonly DeclaredType[]): void => {
      const set = typeSets.ofRow(types);
      if (!this.linker.knownTypes.includes(set)) return;
      const target = this.#target(this.#isGeneral ? typesOnly(set) : rowOf(set));
      if (target === undefined) return;
      const known = rows.get(field) ?? new Map<unknown, CompiledFunction>();
      rows.set(field, known.set(value, target));
    };
    for (const type of mentioned) if (!type.builtIn) add(undefined, type.name, [type]);
    for (const { name, types } of typeSets.discriminators?.fields ?? [])
      for (const [value, of] of types) if (of.some((type) => mentioned.has(type))) add(name, value, of);
    return rows;
  }

  #some(types: TypeSet): KnownArgument {
    return { kind: 'some', types, isOther: this.#isOther };
  }

  /** Returns the function for the facts about the argument, or undefined if no rule applies. */
  #target(known: KnownArgument): CompiledFunction | undefined {
    if (this.#tableFor(known).candidates.length === 0) return undefined;
    return this.linker.functionFor(
      this.fn.predicate,
      this.fn.known.map((k, i) => (i === this.#position ? known : nextTo(known, k))),
    );
  }

  #tableFor(known: KnownArgument): CandidateTable {
    return this.#index.tableFor(this.#shapesWith(known), new Budget(defaultLimits, undefined));
  }

  #shapesWith(known: KnownArgument): ArgumentShape[] {
    const all = this.fn.known.map((k, i) => (i === this.#position ? known : k));
    return shapesOf(all, this.#index, this.linker.context.typeSets);
  }
}

/** Checks that nothing but the types of an argument is known. */
const isGeneral = (known: KnownArgument): boolean =>
  known.kind === 'types' && known.class === undefined && !known.isRow;

/** Checks for the types of an instance whose class is not registered: a field gave it a type. */
const isGiven = ({ isInstance, chain, types }: TypeSet): boolean =>
  isInstance && chain.length === 0 && types.size > 0;

const isGivenInstance = (known: KnownArgument): boolean => known.kind === 'some' && isGiven(known.types);

/** Returns the facts about an argument that are used next to those about another one: fewer next to an argument that is rare, so that it adds little code. */
function nextTo(other: KnownArgument, known: KnownArgument): KnownArgument {
  if (known.kind !== 'types') return known;
  if (isGivenInstance(other)) return anything;
  return known.isRow && isGeneral(other) ? typesOnly(known.types) : known;
}
