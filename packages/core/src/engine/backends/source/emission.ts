import type { Span } from '../../../diagnostics/span.js';
import { keyOfInstances } from '../../../host/instance-keys.js';
import { keyKind } from '../../../host/key-kind.js';
import type { DeclaredType, Field } from '../../../types/declared-type.js';
import type { Class } from '../../../types/type-declaration.js';
import { findTag, tagFinder } from '../../../types/typed.js';
import { passedArguments, type CompiledFunction } from '../../compiler/compiled-function.js';
import { fieldsOfParameters, givesType, isOfParameter } from '../../compiler/local-fields.js';
import type { Linker } from '../../compiler/linker.js';
import { hasCut, restarts } from '../../compiler/plan-analysis.js';
import type { Operand, Plan } from '../../compiler/plan.js';
import { waitsIn, type Way } from '../../runtime/way.js';
import { Constants, literalText, objectTest, OwnConstant } from './emitted-code.js';
import { exactTest, plainTest, rowTest, unmarkedTest } from './exact-class-text.js';
import { instanceComparison, keyComparison, type ComparedRows } from './key-comparison-text.js';

/** The kind of code to print. */
export interface Printing {
  /** Code that awaits promises receives its runtime as an argument. It is an async function only if it contains an `await`. */
  readonly way: Way;
  /**
   * Whether the code is for a module, ahead of time. It cannot bail out. Code that awaits promises there settles every value, and takes
   * earlier results of the application from the log of calls.
   */
  readonly isModule: boolean;
  /**
   * Whether the code is rarely hot. Then the runtime makes all reads and tests, because inline ones take four times the text. Only code for a
   * module is.
   */
  readonly isCold: boolean;
  /** Whether functions for other types use the same text, so that it must not contain the name of a type. */
  readonly isShared: boolean;
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
  /** Whether the code needs a variable for the tag of a row. */
  usesTag = false;
  readonly explored = new Set<CompiledFunction>();
  readonly hasCut: boolean;
  /** The statement that adds the proof of the rounds before to the recorded proof, in a loop. */
  readonly loopProof: string;
  /** Declarations of the prototypes that the reading places learn. */
  readonly declarations: string[] = [];
  /** The locals whose prototype was checked on the current path, with the variable that holds the result. */
  readonly checkedPrototypes = new Map<number, string>();
  /** The fields of the locals that reads have tested. Such a local holds no promise, and not a reference. */
  readonly fields: Map<number, Field>;
  /** The texts of the names of types, and of the values of their discriminators. */
  readonly #names = new Map<DeclaredType, string>();
  readonly #discriminators = new Map<DeclaredType, string>();
  #labels = 0;
  /** The names of the functions that compare rows, by their text. */
  readonly #comparisons = new Map<string, string>();

  /** The fields of parameters, by the type of the parameter. */
  readonly #references = new Map<DeclaredType, OwnConstant>();

  constructor(
    readonly fn: CompiledFunction,
    readonly plan: Plan,
    readonly linker: Linker,
    readonly printing: Printing,
  ) {
    this.hasCut = hasCut(plan.body);
    this.fields = fieldsOfParameters(fn, plan.params);
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

  /** Prints a value for an operation that depends on its type. */
  typed(operand: Operand): string {
    const text = this.operand(operand);
    const field = operand.kind === 'local' ? this.fields.get(operand.local) : undefined;
    return field === undefined || !givesType(field, this.linker)
      ? text
      : `R.ref(${text}, ${this.field(field)})`;
  }

  typeNamed(name: string): DeclaredType {
    return this.linker.context.program.types.find(name)!;
  }

  /** Returns the type of the application that an operand certainly has, unless it is nil. */
  typeOf(operand: Operand): DeclaredType | undefined {
    const type = operand.kind === 'local' ? this.fields.get(operand.local)?.type : undefined;
    const found = type?.kind === 'named' ? this.typeNamed(type.name) : undefined;
    return found?.builtIn === false ? found : undefined;
  }

  /** Returns the declaration of the elements of an operand that is a declared list. */
  elementOf(operand: Operand): Field | undefined {
    return operand.kind === 'local' ? this.fields.get(operand.local)?.element : undefined;
  }

  /** Prints a field. That of a parameter belongs to its type. */
  field(field: Field): string {
    if (!isOfParameter(field)) return this.constant(field);
    const type = this.typeNamed(field.on);
    let own = this.#references.get(type);
    if (own === undefined)
      this.#references.set(type, (own = new OwnConstant((renaming) => renaming.of(type).reference)));
    return this.constant(own);
  }

  constant(value: unknown): string {
    return this.constants.name(value);
  }

  newLabel(): number {
    return this.#labels++;
  }

  /** Prints the position in the policy as a further argument. Other code needs none: the machine reports the error. */
  position(at: Span): string {
    return this.linker.passesPositions ? `, ${this.constant(at)}` : '';
  }

  /** Prints statements of another function: variables that only this one has are not used there. */
  emitApart(emit: () => string): { readonly body: string; readonly awaits: boolean } {
    const { awaits, usesTag } = this;
    const prototypes = [...this.checkedPrototypes];
    this.awaits = false;
    this.usesTag = false;
    this.checkedPrototypes.clear();
    const statements = emit();
    const result = { body: this.usesTag ? `let t;\n${statements}` : statements, awaits: this.awaits };
    this.awaits = awaits;
    this.usesTag = usesTag;
    for (const [n, name] of prototypes) this.checkedPrototypes.set(n, name);
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
   */
  waitFor(v: string, at?: Span): string {
    if (!this.waits) return `if (${this.mayBePending(v)}) R.await(${v});\n`;
    this.awaits = true;
    const settled = this.settles ? `R.settle(${v}${at === undefined ? '' : this.position(at)})` : v;
    const mayBePending = this.settles ? '' : `${this.mayBePending(v)} && `;
    const arrived = this.settles ? '' : ` if (${v} === undefined) R.absent();`;
    return `if (${mayBePending}R.isPending(${v})) { ${v} = await ${settled};${arrived} }\n`;
  }

  /** Prints the test whether a value may be a promise. With many classes, registered instances are recognized by their prototype first. */
  mayBePending(v: string): string {
    const isKnown = this.linker.hasManyClasses ? ` && !R.registered.has(Object.getPrototypeOf(${v}))` : '';
    return `${objectTest(v)}${isKnown} && typeof ${v}.then === "function"`;
  }

  /** Returns whether an operand certainly is not a promise, because a read has tested it. */
  isTested(operand: Operand): boolean {
    const field = operand.kind === 'local' ? this.fields.get(operand.local) : undefined;
    return field !== undefined && !isOfParameter(field);
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
    const { discriminators, commonKind } = this.linker.context.typeSets;
    return this.#comparison(keyComparison(key, commonKind!, rows, discriminators, this));
  }

  /** Returns the name of a function that compares two instances of a class by this key; undefined where it must not be read inline. */
  instanceComparison(key: string, { prototype }: Class): string | undefined {
    const { typeSets } = this.linker.context;
    // A module cannot bail out if an own getter of the instance throws.
    if (this.printing.isModule || keyOfInstances(prototype as object, typeSets) !== key) return undefined;
    const { comparedBy } = typeSets.ofPrototype(prototype as object);
    const kind = keyKind(comparedBy!, key)!;
    return this.#comparison(instanceComparison(key, kind, this.constant(prototype)));
  }

  #comparison(text: string): string {
    let name = this.#comparisons.get(text);
    if (name === undefined) {
      this.#comparisons.set(text, (name = `same${this.#comparisons.size}`));
      this.declarations.push(`const ${name} = ${text}`);
    }
    return name;
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

  /**
   * Prints the test that a value has exactly this type.
   *
   * @param isTested whether it is nil or a row of this type, because a read has tested it
   */
  isExactly(operand: Operand, type: DeclaredType, isTested: boolean): string {
    const value = this.operand(operand);
    const { isModule } = this.printing;
    // Code that cannot bail out also gets instances of unregistered classes as rows of a type.
    if (isTested) return isModule ? plainTest(value) : `${value} !== null`;
    const exact = this.linker.exactClass(type);
    const { typeSets } = this.linker.context;
    const { discriminators } = typeSets;
    if (exact === undefined) {
      const mark = this.linker.rowMark(type);
      if (mark === undefined) return 'false';
      const wanted = mark.field === undefined ? this.nameOf(type) : this.discriminatorOf(type);
      const row = { value, mark, wanted, discriminators, findTag: this.tagFinder(type), isModule };
      return rowTest(row, (constant) => this.constant(constant));
    }
    const prototype = this.constant(exact.prototype);
    const unmarked = unmarkedTest(value, `${prototype}.constructor`, typeSets, ({ values }) =>
      this.constant(values),
    );
    return exactTest(value, prototype, unmarked, isModule);
  }
}
