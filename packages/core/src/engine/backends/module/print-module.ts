import { Report } from '../../../diagnostics/report.js';
import { isPolarError } from '../../../diagnostics/polar-error.js';
import { findsValues, passedArguments, type CompiledFunction } from '../../compiler/compiled-function.js';
import { NotCompilable } from '../../compiler/not-compilable.js';
import { entryArities, type EntryName } from '../../entry-arities.js';
import type { ProgramContext } from '../../program-context.js';
import { waitsIn, type Way } from '../../runtime/way.js';
import { emitCompleteDispatch } from '../source/dispatch-emitter.js';
import { Constants, type EmittedCode, passedIn, preamble, withConstants } from '../source/emitted-code.js';
import { SharedCode } from '../source/shared-code.js';
import { AotLinker } from './aot-linker.js';
import { completeCases } from './complete-cases.js';
import { ConstantPrinter, functionName } from './constant-printer.js';
import { moduleFormat, type PartName } from './policy-module.js';
import { signatureOf } from './signature.js';

/** The text of a module, in pieces. */
export interface PrintedModule {
  /** The properties that hold data. */
  readonly data: string;
  /** The parts of the runtime that the module needs. */
  readonly parts: readonly string[];
  /** The method that makes the functions. */
  readonly make: string;
}

/**
 * Prints a policy as the text of a JavaScript module, with all functions that its checks may call.
 *
 * @param report collects the constructs that cannot be compiled, each position once
 * @param onProgress called after each function, with the number of printed functions and of those found so far
 */
export const printModule = (
  context: ProgramContext,
  report: Report,
  onProgress?: (printed: number, found: number) => void,
): PrintedModule => new ModulePrinter(context, report).print(onProgress);

class ModulePrinter {
  readonly #linker: AotLinker;
  readonly #constants: ConstantPrinter;
  /** The numbers of the makers of functions, by their text. */
  readonly #makers = new Map<string, number>();
  /** The numbers of the lists of constants, by their text. */
  readonly #lists = new Map<string, number>();
  /** The forms of each function: the number of the maker, and that of the list of constants that it is called with. */
  readonly #forms = new Map<CompiledFunction, Map<Way, readonly [maker: number, constants: number]>>();
  readonly #codes = new SharedCode();
  readonly #refused = new Set<string>();
  /** The functions whose `runAll` or `waitAll` is called. */
  readonly #explored = new Set<CompiledFunction>();

  constructor(
    readonly context: ProgramContext,
    readonly report: Report,
  ) {
    this.#linker = new AotLinker(context);
    this.#constants = new ConstantPrinter(this.#linker);
  }

  print(onProgress: ((printed: number, found: number) => void) | undefined): PrintedModule {
    const entries = (Object.keys(entryArities) as EntryName[]).flatMap((name) => {
      const fn = this.#linker.entry(name, entryArities[name]);
      return fn === undefined ? [] : [`${name}: ${functionName(fn)}`];
    });
    // Printing a function adds the functions that it calls to the loop.
    let count = 0;
    for (const fn of this.#linker.functions) {
      count++;
      this.#function(fn, findsValues(fn) ? [] : ['run', 'wait']);
      onProgress?.(count, this.#linker.functionCount);
    }
    for (const fn of this.#explored) this.#function(fn, ['runAll', 'waitAll']);
    const body = [
      // Lists instead of variables, because V8 limits the variables of a function.
      'const U = h.noValue, f = [], g = [], m = [], c = [];',
      `for (let i = 0; i < ${count}; i++) f.push({ run: undefined, wait: undefined, runAll: undefined, waitAll: undefined });`,
      ...[...this.#constants.shared].map((text, i) => `g[${i}] = ${text};`),
      ...[...this.#makers.keys()].map((text, i) => `m[${i}] = (${preamble.join(', ')}) => { ${text} };`),
      // A list is made again for each form, because reads remember what they have read.
      ...[...this.#lists.keys()].map((text, i) => `c[${i}] = () => [${text}];`),
      'const add = (to, a, b, t) => to.forEach((x, i) => {',
      '  x[a] = m[t[4 * i]]?.(R, U, c[t[4 * i + 1]]());',
      '  x[b] = m[t[4 * i + 2]]?.(R, U, c[t[4 * i + 3]]());',
      '});',
      this.#table('f', this.#linker.functions, ['run', 'wait']),
      this.#table(`[${[...this.#explored].map(functionName).join(', ')}]`, this.#explored, [
        'runAll',
        'waitAll',
      ]),
      `return { ${entries.join(', ')} };`,
    ];
    const parts = this.#parts();
    const data = JSON.stringify({ ...this.#data(), parts }, undefined, 2).slice(2, -2);
    return { data, parts, make: `  make(R, h) {\n${body.join('\n')}\n  },` };
  }

  /** Returns the parts that the types need, and the operations that the code calls. */
  #parts(): PartName[] {
    const { program, typeSets, equality } = this.context;
    const declared = [...program.types.types];
    const hasFields = declared.some(({ fields }) => fields !== undefined);
    const hasRelations = declared.some(({ relations }) => relations.size > 0);
    const code = [...this.#makers.keys()];
    const calls = (...operations: readonly string[]) =>
      code.some((text) => operations.some((operation) => text.includes(`R.${operation}(`)));
    const compares = calls('equalLater', 'equal', 'oneOf', 'literalOf');
    const needed: Readonly<Record<PartName, boolean>> = {
      createTypeSets: declared.some(({ is, discriminator }) => is ?? discriminator),
      linkFields: hasFields,
      linkRelations: hasRelations,
      acceptDeclared: hasFields || hasRelations,
      readValue: calls('read'),
      readMissing: calls('arrival'),
      compareValues: compares,
      declaredEquality: compares && typeSets.haveEquality,
      deepEqual: compares && equality === 'deep',
      runMethod: this.#constants.callsMethods,
      orderValues: calls('order'),
      compute: calls('arithmetic'),
      readElements: calls('list', 'listLater'),
      createQuestions: code.some((text) => text.includes('R.questions.')),
      isSameArgument: calls('isSame'),
    };
    return (Object.keys(needed) as PartName[]).filter((part) => needed[part]);
  }

  #data(): object {
    const { program, typeSets, equality } = this.context;
    const { policy, unions } = program;
    return {
      format: moduleFormat,
      hash: policy.hash,
      sources: [...policy.sources, ...policy.factSources].map(({ name, text }) => ({ name, text })),
      unions: {
        Actor: unions.Actor.map(({ name }) => name),
        Resource: unions.Resource.map(({ name }) => name),
      },
      declared: signatureOf(program.types, typeSets, equality),
    };
  }

  #function(fn: CompiledFunction, ways: readonly Way[]): void {
    try {
      if (!this.#linker.dispatches(fn.predicate, fn.known)) {
        const plan = this.#linker.planOf(fn);
        const isMixed = this.#linker.servesMixedTypes(fn);
        for (const way of ways) {
          const printing = { way, isModule: true, isCold: isMixed || waitsIn(way) };
          this.#assign(fn, way, this.#codes.of(plan, this.#linker, printing));
        }
      } else {
        const cases = completeCases(fn, this.#linker);
        for (const way of ways) this.#assign(fn, way, emitCompleteDispatch(cases, way));
      }
    } catch (error) {
      if (error instanceof NotCompilable && this.#linker.servesMixedTypes(fn))
        for (const way of ways) this.#assign(fn, way, emitRefusal(fn, way));
      else this.#refuse(error, fn);
    }
  }

  #assign(fn: CompiledFunction, way: Way, { text, constants, explored }: EmittedCode): void {
    for (const each of explored) this.#explored.add(each);
    const passed = constants.map((value) => this.#constants.print(value)).join(', ');
    let forms = this.#forms.get(fn);
    if (forms === undefined) this.#forms.set(fn, (forms = new Map()));
    forms.set(way, [numberOf(text, this.#makers), numberOf(passed, this.#lists)]);
  }

  /** Prints the call that makes these forms of these functions. */
  #table(to: string, functions: Iterable<CompiledFunction>, ways: readonly [Way, Way]): string {
    const numbers = [...functions].flatMap((fn) =>
      ways.flatMap((way) => this.#forms.get(fn)?.get(way) ?? [-1, -1]),
    );
    return `add(${to}, "${ways.join('", "')}", [${numbers.join()}]);`;
  }

  #refuse(error: unknown, fn: CompiledFunction): void {
    const why = reasonOf(error);
    if (why === undefined) throw error;
    const [rule] = fn.predicate.byArity.get(fn.known.length) ?? [];
    const at = (error instanceof NotCompilable ? error.at : undefined) ?? rule?.origin.span;
    const key = `${at === undefined ? '' : `${at.source.name}:${at.start}`} ${why}`;
    if (this.#refused.has(key)) return;
    this.#refused.add(key);
    this.report.error('POLAR_LOAD_NOT_COMPILED', { why }, at);
  }
}

/** Prints a function that refuses values with several types, because their rules cannot be compiled. */
function emitRefusal({ known }: CompiledFunction, way: Way): EmittedCode {
  const passed = passedArguments(known);
  const names = passed.map((_, i) => `a${i}`);
  const at = passed.findIndex(({ kind }) => kind === 'tested');
  const text = `function (${passedIn(way, names)}) { R.inexact(a${at}); }`;
  return withConstants(new Constants(), text);
}

/** Returns the number of a text, which is its position in the map. */
function numberOf(text: string, numbers: Map<string, number>): number {
  let number = numbers.get(text);
  if (number === undefined) numbers.set(text, (number = numbers.size));
  return number;
}

/** Returns the reason why a function cannot be compiled, or undefined for an error of another kind. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof NotCompilable) return error.why;
  if (error instanceof RangeError) return 'too many goals';
  return isPolarError(error) ? error.message.split('\n', 1)[0]! : undefined;
}
