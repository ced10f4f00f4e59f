import type { Span } from '../../../diagnostics/span.js';
import { keyOfInstances } from '../../../host/instance-keys.js';
import type { DeclaredType } from '../../../types/declared-type.js';
import type { Class } from '../../../types/type-declaration.js';
import { findTag, tagFinder } from '../../../types/typed.js';
import { passedArguments, type CompiledFunction } from '../../compiler/compiled-function.js';
import type { Linker } from '../../compiler/linker.js';
import { hasCut, restarts } from '../../compiler/plan-analysis.js';
import type { FromField, Operand, Plan, Statement } from '../../compiler/plan.js';
import { someStatement } from '../../compiler/traversal.js';
import { waitsIn, type Way } from '../../runtime/way.js';
import {
  Constants,
  declaresTest,
  literalText,
  objectTest,
  OwnConstant,
  type RowField,
} from './emitted-code.js';
import { exactTest, rowTest, unmarkedTest } from './exact-class-text.js';
import { instanceComparison, keyComparison, type ComparedRows } from './key-comparison-text.js';

/** The kind of code to print. */
export interface Printing {
  /** Code that awaits promises receives its runtime as an argument. It is an async function only if it contains an `await`. */
  readonly way: Way;
  /**
   * Whether the code is for a module, ahead of time. It cannot bail out, so it passes the positions in the policy to the runtime. Code that
   * awaits promises there settles every value, and takes earlier results of the application from the log of calls.
   */
  readonly isModule: boolean;
  /** Whether functions for other types use the same text, so that it must not contain the name of a type. */
  readonly isShared: boolean;
}

/** Checks whether a statement may call a method of the application. */
const mayCallApplication = (statement: Statement, linker: Linker): boolean =>
  statement.kind === 'method' ||
  (statement.kind === 'if' &&
    statement.test.kind === 'call' &&
    linker.mayCallMethods(statement.test.callee.predicate));

/** The type that a field gives to a row. */
export interface Noted {
  readonly type: DeclaredType;
  /** The row from which it was read, if its tag decides whether it declares the field. The tag is found only when that matters. */
  readonly from: RowField | undefined;
  /** Whether a test needs to know that fields have given the row no other type. */
  isTested: boolean;
}

/** The state of printing one function. */
export class Emission {
  readonly constants = new Constants();
  /** The depth of local functions around the current statement. */
  localFunctions = 0;
  /** The depth of negations around the current statement. */
  negations = 0;
  /** The number of calls so far. */
  calls = 0;
  loops = false;
  isRecursive = false;
  awaits = false;
  readonly explored = new Set<CompiledFunction>();
  readonly hasCut: boolean;
  /** The statement that adds the proof of the rounds before to the recorded proof, in a loop. */
  readonly loopProof: string;
  /** Declarations of the prototypes that the reading places learn. */
  readonly declarations: string[] = [];
  /** The locals for which `d…` says whether they are instances of the declared class or of a class that extends it. */
  readonly instances = new Set<number>();
  /** The locals whose prototype was checked on the current path, with the variable that holds the result. */
  readonly checkedPrototypes = new Map<number, string>();
  /** The locals whose tag is found once, when they are read. */
  readonly tags = new Map<number, { isUsed: boolean }>();
  /**
   * The locals with a variable `note…`, and the type that the field gave to the row. The variable is 0 if the value got no type, and -1 if it may
   * also have another one. Otherwise it is the number of notes at that time.
   */
  readonly noted = new Map<number, Noted>();
  /** Whether no code of the application runs that could tag a row meanwhile. */
  readonly mayShareTags: boolean;
  /** The texts of the names of types, and of the values of their discriminators. */
  readonly #names = new Map<DeclaredType, string>();
  readonly #discriminators = new Map<DeclaredType, string>();
  #labels = 0;
  /** The names of the functions that compare rows, by their text. */
  readonly #comparisons = new Map<string, string>();

  constructor(
    readonly fn: CompiledFunction,
    readonly plan: Plan,
    readonly linker: Linker,
    readonly printing: Printing,
  ) {
    this.hasCut = hasCut(plan.body);
    this.mayShareTags = !someStatement(plan.body, (statement) => mayCallApplication(statement, linker));
    const isRecordedLoop = linker.emptyProof !== undefined && restarts(plan.body);
    this.loopProof = isRecordedLoop ? 'R.proof = p.followedBy(R.proof);\n' : '';
  }

  get way(): Way {
    return this.printing.way;
  }

  get waits(): boolean {
    return waitsIn(this.way);
  }

  /** True for code that settles every value first, and uses earlier results of the application again. */
  get settles(): boolean {
    return this.waits && this.printing.isModule;
  }

  // ── names ──

  operand(operand: Operand): string {
    if (operand.kind === 'local') return `v${operand.local}`;
    const { value } = operand;
    if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return `(${value})`;
    if (typeof value === 'string' || typeof value === 'boolean' || value === null)
      return JSON.stringify(value);
    return this.constant(value);
  }

  constant(value: unknown): string {
    return this.constants.name(value);
  }

  newLabel(): number {
    return this.#labels++;
  }

  /** Prints the position in the policy as a further argument. Code that can bail out needs none: the machine reports the error. */
  position(at: Span): string {
    return this.printing.isModule ? `, ${this.constant(at)}` : '';
  }

  /** Prints statements of another function: variables that only this one has are not used there. */
  emitApart(emit: () => string): { readonly body: string; readonly awaits: boolean } {
    const { awaits } = this;
    const instances = [...this.instances];
    const prototypes = [...this.checkedPrototypes];
    const tags = [...this.tags];
    const noted = [...this.noted];
    this.awaits = false;
    this.instances.clear();
    this.checkedPrototypes.clear();
    this.tags.clear();
    this.noted.clear();
    const body = emit();
    const result = { body, awaits: this.awaits };
    this.awaits = awaits;
    for (const n of instances) this.instances.add(n);
    for (const [n, name] of prototypes) this.checkedPrototypes.set(n, name);
    for (const [n, tag] of tags) this.tags.set(n, tag);
    for (const [n, type] of noted) this.noted.set(n, type);
    return result;
  }

  // ── promises ──

  /** Marks the function as one that contains an `await`. */
  awaited(call: string): string {
    if (!this.waits) return call;
    this.awaits = true;
    return `(await ${call})`;
  }

  /**
   * Prints the statement that awaits a promise, or bails out where it cannot be awaited.
   *
   * @param arrived the statement that follows when the promise was fulfilled
   */
  waitFor(v: string, at?: Span, arrived = this.settles ? '' : `if (${v} === undefined) R.absent();`): string {
    if (!this.waits) return `if (${this.mayBePending(v)}) R.await(${v});\n`;
    this.awaits = true;
    const settled = this.settles ? `R.settle(${v}${at === undefined ? '' : this.position(at)})` : v;
    return `if (${this.mayBePending(v)} && R.isPending(${v})) { ${v} = await ${settled}; ${arrived} }\n`;
  }

  /**
   * Prints the test whether a value may be a promise. With many classes, registered instances are recognized by their prototype first.
   *
   * @param operand the operand, where an instance of the declared class is trusted not to be a promise. A class that extends it may have a
   *   `then`, and so may an instance. Such a promise is treated as a value that does not match, which must not let another rule apply.
   */
  mayBePending(v: string, operand?: Operand): string {
    if (operand?.kind === 'local' && this.instances.has(operand.local))
      return `!d${operand.local} && ${this.mayBePending(v)}`;
    const isKnown = this.linker.hasManyClasses ? ` && !R.registered.has(Object.getPrototypeOf(${v}))` : '';
    return `${objectTest(v)}${isKnown} && typeof ${v}.then === "function"`;
  }

  /** Prints the checks for arguments that are promises: an instance of a class without `then` may have one itself. */
  argumentChecks(): string {
    if (this.settles) return '';
    const passed = passedArguments(this.fn.known);
    return this.plan.params
      .filter((_, i) => {
        const known = passed[i]!;
        return known.kind === 'types' && known.class !== undefined;
      })
      .map((p) => `if (v${p}.then !== undefined) R.await(v${p});\n`)
      .join('');
  }

  // ── types ──

  /** Returns the name of a function that compares two values as rows with this key, as `compareAsRows` does. */
  keyComparison(key: string, rows: ComparedRows): string {
    const { discriminators } = this.linker.context.typeSets;
    return this.#comparison(keyComparison(key, rows, discriminators, this));
  }

  /** Returns the name of a function that compares two instances of a class by this key; undefined where it must not be read inline. */
  instanceComparison(key: string, { prototype }: Class): string | undefined {
    const { typeSets } = this.linker.context;
    // A module cannot bail out if an own getter of the instance throws.
    if (this.printing.isModule || keyOfInstances(prototype as object, typeSets) !== key) return undefined;
    return this.#comparison(instanceComparison(key, this.constant(prototype)));
  }

  #comparison(text: string): string {
    let name = this.#comparisons.get(text);
    if (name === undefined) {
      this.#comparisons.set(text, (name = `same${this.#comparisons.size}`));
      this.declarations.push(`const ${name} = ${text}`);
    }
    return name;
  }

  /** Returns the variable with the tag of a row that was read, or undefined if its tag must be found again. */
  tagOf(local: number): string | undefined {
    const tag = this.tags.get(local);
    if (tag === undefined) return undefined;
    tag.isUsed = true;
    return `g${local}`;
  }

  /**
   * Returns the name of a function that returns the tag of a row.
   *
   * @param type the type that the tag probably gives to the row; undefined if the row probably has no tag
   */
  tagFinder(type?: DeclaredType): string {
    return this.constant(type === undefined || this.printing.isModule ? findTag : tagFinder(type.id));
  }

  /** Prints the name of a type. */
  nameOf(type: DeclaredType): string {
    return this.#textOf(this.#names, type, ({ name }) => name);
  }

  /** Prints the value of the discriminator of a type. */
  discriminatorOf(type: DeclaredType): string {
    return this.#textOf(this.#discriminators, type, ({ discriminator }) => discriminator?.value);
  }

  /** Prints a property of a type: in code for functions of several types, as a constant that each function has its own of. */
  #textOf(
    texts: Map<DeclaredType, string>,
    type: DeclaredType,
    property: (type: DeclaredType) => unknown,
  ): string {
    let text = texts.get(type);
    if (text === undefined) {
      text = this.printing.isShared
        ? this.constant(new OwnConstant((renaming) => property(renaming.of(type))))
        : literalText(property(type));
      texts.set(type, text);
    }
    return text;
  }

  /** Prints the test that a row without a mark has this type from its field, or returns undefined if only the runtime can tell. */
  notedTest(operand: Operand, type: DeclaredType, isFromField: FromField): string | undefined {
    if (isFromField !== 'perhaps') return isFromField ? 'true' : undefined;
    if (!this.#isNoted(operand, type)) return undefined;
    const from = this.notedFrom(operand, type);
    const isNoted = `note${operand.local} !== 0`;
    return from === undefined ? isNoted : `${isNoted} && ${declaresTest(from)}`;
  }

  /** Returns the row whose tag decides whether another row has a type from its field, if it does. */
  notedFrom(operand: Operand, type: DeclaredType): Noted['from'] {
    return this.#isNoted(operand, type) ? this.noted.get(operand.local)!.from : undefined;
  }

  /** Prints the test that a row without a mark has this type from its field, and no other. */
  #onlyNotedTest(operand: Operand, type: DeclaredType, isFromField: FromField): string | undefined {
    const noted = this.notedTest(operand, type, isFromField);
    if (noted === undefined) return undefined;
    if (this.#isNoted(operand, type)) this.noted.get(operand.local)!.isTested = true;
    const search = `R.isNoted(${this.operand(operand)}, ${this.constant(type)})`;
    const found = this.#isNoted(operand, type) ? `(note${operand.local} === R.notes || ${search})` : search;
    return noted === 'true' ? found : `${noted} && ${found}`;
  }

  #isNoted(operand: Operand, type: DeclaredType): operand is Extract<Operand, { kind: 'local' }> {
    return operand.kind === 'local' && this.noted.get(operand.local)?.type === type;
  }

  /** Prints the test that a value has exactly this type. @param isFromField whether it was read from a field of this type */
  isExactly(operand: Operand, type: DeclaredType, isFromField: FromField): string {
    const value = this.operand(operand);
    const exact = this.linker.exactClass(type);
    const { typeSets } = this.linker.context;
    const { discriminators } = typeSets;
    if (exact === undefined) {
      const mark = this.linker.rowMark(type);
      if (mark === undefined) return 'false';
      const wanted = mark.field === undefined ? this.nameOf(type) : this.discriminatorOf(type);
      const noted = this.#onlyNotedTest(operand, type, isFromField);
      const tag = operand.kind === 'local' ? this.tagOf(operand.local) : undefined;
      const find = this.tagFinder(noted === undefined ? type : undefined);
      const { isModule } = this.printing;
      return rowTest(
        { value, mark, wanted, noted, discriminators, findTag: find, tag, isModule },
        (constant) => this.constant(constant),
      );
    }
    const prototype = this.constant(exact.prototype);
    const unmarked = unmarkedTest(value, `${prototype}.constructor`, typeSets, ({ values }) =>
      this.constant(values),
    );
    return exactTest(value, prototype, unmarked, this.printing.isModule);
  }
}
