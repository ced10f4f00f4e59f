import type { Span } from '../../../diagnostics/span.js';
import type { ArithmeticOperator } from '../../../ir/goal.js';
import type { DeclaredType, FieldType } from '../../../types/declared-type.js';
import type { Class } from '../../../types/type-declaration.js';
import type { BackEnd } from '../back-end.js';
import type {
  GrowingCases as Cases,
  CompiledFunction,
  KnownArgument,
} from '../../compiler/compiled-function.js';
import { longestChain, longestSwitch } from '../../compiler/thresholds.js';
import {
  type AgainStatement,
  type ArithmeticStatement,
  type ByTypeStatement,
  type CallTest,
  type EachStatement,
  type EqualTest,
  type MethodStatement,
  type Operand,
  type ReadStatement,
  type Plan,
  type Statement,
  type Test,
} from '../../compiler/plan.js';
import {
  countSuccesses as successes,
  hasCut,
  isDeterministic as isOver,
  mayCallMethod as mayCall,
  mayMismatch,
  sizeOf,
} from '../../compiler/plan-analysis.js';
import { exactSearch, exactTest } from '../../runtime/exact-class.js';
import { methodSite, noValue, readSite, type Runtime } from '../../runtime/runtime.js';
import type { Linker } from '../../compiler/linker.js';
import { goesOn, waitsIn, type Way } from '../../runtime/way.js';

// Prints a plan as JavaScript. Of the policy only the names of attributes, as identifiers, and literals, as JSON, get into the
// text; everything else is handed in, so that functions of one shape share one text. The fast test is inline, the rare case
// behind a call: inline code has its own type feedback, a shared helper would have everybody's.

/** Makes a function of its text. The names are those of what it is handed. */
export type Evaluate = (names: readonly string[], text: string) => (...values: unknown[]) => unknown;

/** What printed code is for. */
export interface Printing {
  /** Code that waits for promises is handed its runtime, and is a plain function where it need not wait. */
  readonly way: Way;
  /**
   * Whether it is for a module of its own: no machine goes on there where it stops. It is told the places of the policy then; when it
   * waits, it has settled every value, and asks for attributes and methods where what they gave before is known.
   */
  readonly isModule: boolean;
}

/** The text that makes a function, and what it is to be handed. */
export interface Emitted {
  readonly text: string;
  readonly constants: readonly unknown[];
  /** The functions that it asks for all ways in which they hold. */
  readonly explored: ReadonlySet<CompiledFunction>;
}

/** What a function is handed: its arguments, the runtime before them when it waits, and what it calls at each success after them. */
export const passedIn = (way: Way, args: readonly string[]): string =>
  [...(waitsIn(way) ? ['R'] : []), ...args, ...(goesOn(way) ? ['then'] : [])].join(', ');

/** What a function is handed, by its position in a list. */
export class Constants {
  readonly values: unknown[] = [];

  name(value: unknown): string {
    const known = this.values.indexOf(value);
    return `k${known === -1 ? this.values.push(value) - 1 : known}`;
  }
}

/** @param evaluate what makes code of texts */
export function sourceBackEnd(evaluate: Evaluate): BackEnd {
  const makers = new Map<string, (...values: unknown[]) => unknown>();
  // A function of its text; equal texts are one.
  const make = <W extends Way>(
    { text, constants }: Emitted,
    runtime: Runtime | undefined,
  ): CompiledFunction[W] => {
    let maker = makers.get(text);
    if (maker === undefined) makers.set(text, (maker = evaluate(preamble, text)));
    return maker(runtime, noValue, constants) as CompiledFunction[W];
  };
  const emit = (fn: CompiledFunction, plan: Plan, linker: Linker, way: Way): Emitted => {
    const { text, constants, explored } = emitPlan(fn, plan, linker, { way, isModule: false });
    // Code that is shared has seen the objects of all who share it: few classes have code of their own.
    const types = fn.known.map((known) => (known.kind === 'types' ? known.types.id : ''));
    return { text: linker.hasFewClasses ? `${text} // ${types.join()}` : text, constants, explored };
  };
  return {
    kind: 'source',
    plan: (way, fn, plan, linker, runtime) => make(emit(fn, plan, linker, way), runtime),
    dispatch: (way, _fn, cases, runtime) => make(emitDispatch(cases, way), runtime),
    waiting: {
      plan: (way, fn, plan, linker) => make(emit(fn, plan, linker, way), undefined),
      dispatch: (way, _fn, cases) => make(emitDispatch(cases, way), undefined),
    },
  };
}

/** The names of the runtime, of no value, and of the constants. */
export const preamble = ['R', 'U', 'k'] as const;

/**
 * Names what is handed in, before a function that uses it.
 *
 * @param learned what the function finds out about the places in it: declarations beside it
 */
export const withConstants = (
  { values }: Constants,
  text: string,
  learned: readonly string[] = [],
  explored: ReadonlySet<CompiledFunction> = new Set(),
): Emitted => ({
  constants: values,
  explored,
  text:
    `"use strict"; ${values.map((_, i) => `const k${i} = k[${i}];`).join(' ')}` +
    `${learned.map((line) => `\n${line}`).join('')}\nreturn ${text};`,
});

function emitDispatch(cases: Cases, way: Way): Emitted {
  const constants = new Constants();
  const names = Array.from({ length: cases.passed }, (_, i) => `a${i}`);
  const text = `function (${passedIn(way, names)}) { ${emitCases(cases, names, constants, way)} }`;
  return withConstants(constants, text);
}

function emitCases(cases: Cases, names: readonly string[], constants: Constants, way: Way): string {
  const constant = (value: unknown) => constants.name(value);
  const { parameter, literals, classes, prototypes } = cases;
  const at = names[parameter]!;
  const others = names.filter((name) => name !== at);
  const call = (target: string, passed: readonly string[]) =>
    `return ${target}.${way}(${passedIn(way, passed)});`;
  const run = (target: CompiledFunction, passed: readonly string[]) =>
    target.cases === undefined
      ? call(constant(target), passed)
      : `{ ${emitCases(target.cases, passed, constants, way)} }`;
  let text = '';
  if (literals.size > longestSwitch) {
    text += `{ const t = ${constant(literals)}.get(${at}); if (t !== undefined) ${call('t', others)} }\n`;
  } else if (literals.size > 0) {
    const known = [...literals].map(([literal, to]) => `case ${literalText(literal)}: ${run(to!, others)}`);
    text += `switch (${at}) { ${known.join(' ')} }\n`;
  }
  if (classes.size > longestChain) {
    const found = `const f = ${constant(prototypes)}.get(p); if (f !== undefined) ${call('f', names)}`;
    text += exactSearch(at, found);
  } else if (classes.size > 0) {
    const known = [...classes].map(([c, to]) => `if (p === ${constant(c.prototype)}) ${run(to, names)}`);
    text += exactSearch(at, known.join(' '));
  }
  return `${text}return ${constant(cases.miss[way])}(${passedIn(way, names)});`;
}

export const emitPlan = (fn: CompiledFunction, plan: Plan, linker: Linker, printing: Printing): Emitted =>
  new Emitter(fn, plan, linker, printing).emit();

/** What comes after a success. */
type Then = Leaving | Asking | Going | Calling;
/** One is enough: whatever else may be tried is left. */
interface Leaving {
  readonly kind: 'leave';
  readonly text: string;
}
/** The function that was handed in says whether it is enough; while it says no, the search goes on. */
interface Asking {
  readonly kind: 'ask';
}
/** A statement. When it fails the search goes on, but the statement is not tried again. */
interface Going {
  readonly kind: 'go-on';
  readonly next: Statement;
  /** The name of what tells that it has been tried; none where there is one success at most. */
  readonly once: string | undefined;
  readonly after: Then;
}
/** As `Going`, for a statement that has become a function of its own. */
interface Calling {
  readonly kind: 'call';
  readonly name: string;
  readonly after: Leaving | Asking;
}

/** So much code may stand in each place where a proof succeeds; more becomes a function. */
const maxRepeated = 40;

const endOf = (then: Then): Leaving | Asking =>
  then.kind === 'leave' || then.kind === 'ask' ? then : endOf(then.after);

/** The same within a function of its own, which answers whether it is enough. */
function enclosed(then: Then): Then {
  switch (then.kind) {
    case 'leave':
      return { kind: 'leave', text: 'return true;' };
    case 'ask':
      return then;
    case 'go-on':
      return { ...then, after: enclosed(then.after) };
    case 'call':
      return { ...then, after: enclosed(then.after) as Leaving | Asking };
  }
}

const sizeOfThen = (then: Then): number =>
  then.kind === 'go-on' ? sizeOf(then.next) + successes(then.next) * sizeOfThen(then.after) : 2;

/** Whether a method of the application may be called after a success. */
const mayCallAfter = (then: Then): boolean =>
  then.kind === 'go-on' ? mayCall(then.next) || mayCallAfter(then.after) : then.kind !== 'leave';

class Emitter {
  readonly #constants = new Constants();
  /** Functions within the function around the statement at hand. */
  #closures = 0;
  readonly #explored = new Set<CompiledFunction>();
  readonly #hasCut: boolean;
  #labels = 0;
  #loops = false;
  #calls = 0;
  #isRecursive = false;
  #awaits = false;
  /** Negations around the statement at hand. */
  #negations = 0;
  /** What compiled code finds out about the places in it. */
  readonly #learned: string[] = [];
  /** The locals of which `d…` tells whether they are instances of the class that is declared, or of one that extends it. */
  readonly #instances = new Set<number>();
  /** The locals whose prototype has been looked at on the path at hand, and what that found. */
  readonly #clean = new Map<number, string>();

  constructor(
    readonly fn: CompiledFunction,
    readonly plan: Plan,
    readonly linker: Linker,
    readonly printing: Printing,
  ) {
    this.#hasCut = hasCut(plan.body);
  }

  get way(): Way {
    return this.printing.way;
  }

  get waits(): boolean {
    return waitsIn(this.way);
  }

  /** Whether all values are settled, and what the application gave before is given again. */
  get settles(): boolean {
    return this.waits && this.printing.isModule;
  }

  emit(): Emitted {
    const paths = this.#tail(this.plan.body);
    const params = this.plan.params.map((p) => `v${p}`);
    // What calls one function at most, and is called by none of those, takes no longer than what is counted there.
    const step = this.#loops || this.#calls > 1 || this.#isRecursive ? 'if (--R.steps < 0) R.over();\n' : '';
    const cut = this.#hasCut ? 'let cut = false;\n' : '';
    const body = `${step}${cut}${this.#argumentsAwaited()}${paths}\nreturn false;`;
    const passed = passedIn(this.way, params);
    const text = `${this.#awaits ? 'async ' : ''}function (${passed}) {\n${this.#loops ? `top: for (;;) { ${body} }` : body}\n}`;
    return withConstants(this.#constants, text, this.#learned, this.#explored);
  }

  /** An instance of a class without `then` may have one of its own. */
  #argumentsAwaited(): string {
    if (this.settles) return '';
    const passed = this.fn.known.filter(({ kind }) => kind !== 'literal');
    return this.plan.params
      .filter((_, i) => isExactly(passed[i]!))
      .map((p) => `if (v${p}.then !== undefined) R.await(v${p});\n`)
      .join('');
  }

  /** The statements of the function: where a call comes last, its answer is the answer. */
  #tail(statement: Statement): string {
    const then: Then = goesOn(this.way) ? { kind: 'ask' } : { kind: 'leave', text: 'return true;' };
    if (statement.kind === 'any' && statement.of.length > 0) {
      const last = statement.of.length - 1;
      return statement.of
        .map((s, i) => `{ ${i === last ? this.#tail(s) : this.#statement(s, then)} }`)
        .join('\n');
    }
    if (statement.kind === 'if' && statement.next.kind === 'succeed' && statement.test.kind === 'call') {
      const { callee, likely } = statement.test;
      const isPlain = [callee, likely?.callee].every(
        (to) => to === undefined || !this.linker.isRecursive(this.fn.predicate, to.predicate),
      );
      if (isPlain) return `return ${this.#callTest(statement.test, this.way, 'then', true)};`;
    }
    return this.#statement(statement, then);
  }

  // ── statements ──

  #statement(statement: Statement, after: Then): string {
    switch (statement.kind) {
      case 'succeed':
        return this.#success(after);
      case 'any':
        return statement.of.map((s) => `{ ${this.#statement(s, after)} }`).join('\n');
      case 'read':
        return this.#read(statement, after);
      case 'method':
        return this.#method(statement, after);
      case 'arithmetic':
        return this.#arithmetic(statement, after);
      case 'each':
        return this.#each(statement, after);
      case 'if':
        return statement.test.kind === 'call'
          ? this.#ifCall(statement.test, statement.next, after)
          : `if (${this.#test(statement.test)}) { ${this.#statement(statement.next, after)} }`;
      case 'check':
        return this.#check(statement, after);
      case 'not': {
        const n = this.#label();
        this.#negations++;
        const proof = this.#statement(statement.proof, { kind: 'leave', text: `break c${n};` });
        this.#negations--;
        const [keep, isChanged, restore, mismatched] = mayMismatch(statement.proof)
          ? [
              `const u${n} = R.undecided, m${n} = R.mismatched;`,
              `R.undecided !== u${n} || R.mismatched !== m${n}`,
              `R.undecided = u${n}; R.mismatched = m${n};`,
              `m${n}`,
            ]
          : [`const u${n} = R.undecided;`, `R.undecided !== u${n}`, `R.undecided = u${n};`, 'R.mismatched'];
        return (
          `b${n}: { ${keep}\nn${n}: { c${n}: { ${proof}\n` +
          `if (${isChanged}) { R.undecidedSince(u${n}, ${mismatched}); break b${n}; } break n${n}; }\n` +
          `${restore} break b${n}; }\n${this.#statement(statement.next, after)} }`
        );
      }
      case 'cut': {
        const fails = this.#closures === 0 ? 'return false;' : 'cut = true; return "stop";';
        return `{ ${this.#statement(statement.next, after)} } ${fails}`;
      }
      case 'again':
        return this.#again(statement);
      case 'await': {
        const text = this.#statement(statement.next, after);
        return this.settles ? text : `${this.#waitFor(`v${statement.local}`)}${text}`;
      }
      case 'exactly': {
        const value = this.#operand(statement.value);
        const exact = this.#isExactly(statement.value, statement.type);
        const { otherwise } = statement;
        const other =
          otherwise === undefined ? `R.inexact(${value});` : `{ ${this.#statement(otherwise, after)} }`;
        return `if (${exact}) { ${this.#statement(statement.next, after)} } else ${other}`;
      }
      case 'by-type':
        return this.#byType(statement, after);
    }
  }

  #success(then: Then): string {
    switch (then.kind) {
      case 'leave':
        return then.text;
      case 'ask':
        return this.#unlessNo('then', then);
      case 'call':
        return this.#unlessNo(then.name, then.after);
      case 'go-on': {
        const text = this.#statement(then.next, then.after);
        return then.once === undefined ? text : `if (!${then.once}) { ${then.once} = true; ${text} }`;
      }
    }
  }

  /** Asks a function whether it is enough. */
  #unlessNo(name: string, end: Leaving | Asking): string {
    return `{ const r = ${this.#awaited(`${name}()`)}; if (r !== false) { ${this.#ended(end)} } }`;
  }

  /** What is done when the answer `r` is not no. */
  #ended(end: Leaving | Asking): string {
    const cut = this.#hasCut ? `if (cut) return ${this.#closures === 0 ? 'false' : '"stop"'};\n` : '';
    return `${cut}${end.kind === 'leave' ? end.text : 'return r;'}`;
  }

  #awaited(call: string): string {
    if (!this.waits) return call;
    this.#awaits = true;
    return `(await ${call})`;
  }

  /** Makes a function of what is to go on with, which is tried once. */
  #closure(n: number, { next, after }: Going, once = `d${n}`): string {
    this.#closures++;
    const text = this.#statement(next, enclosed(after));
    this.#closures--;
    const own = once === `d${n}` ? `let ${once} = false; ` : '';
    return (
      // In parentheses it is parsed together with what is around it, and not once more for each function that it stands in.
      `${own}const n${n} = (${this.waits ? 'async ' : ''}() => {\n` +
      `if (${once}) return false; ${once} = true;\n${text}\nreturn false; });\n`
    );
  }

  #check({ proof, next }: Extract<Statement, { kind: 'check' }>, then: Then): string {
    const places = successes(proof);
    const going: Going = { kind: 'go-on', next, once: undefined, after: then };
    if (places === 1 && isOver(proof)) return this.#statement(proof, going);
    const n = this.#label();
    if (places === 1 || places * sizeOfThen(going) <= maxRepeated)
      return `let d${n} = false;\n${this.#statement(proof, { ...going, once: `d${n}` })}`;
    return `${this.#closure(n, going)}${this.#statement(proof, { kind: 'call', name: `n${n}`, after: endOf(then) })}`;
  }

  /**
   * A call, and what comes then. When that fails, what else the call has to try is gone through: in the same go, or where no method of the
   * application can be called twice, in another one, so that what does not fail costs nothing more.
   */
  #ifCall(test: CallTest, next: Statement, after: Then): string {
    const then: Then = next.kind === 'succeed' ? after : { kind: 'go-on', next, once: undefined, after };
    if (then.kind === 'leave') return `if (${this.#test(test)}) { ${then.text} }`;
    if (this.way === 'run' && !this.linker.mayCallMethods(test.callee.predicate)) {
      const text = this.#success(then);
      return `if (${this.#test(test)}) { ${text}\n${this.#callTest(test, 'runAll', 'R.never')}; }`;
    }
    const n = this.#label();
    const closure = then.kind === 'go-on' ? this.#closure(n, then, then.once) : '';
    const name = then.kind === 'go-on' ? `n${n}` : then.kind === 'call' ? then.name : 'then';
    const call = this.#callTest(test, this.waits ? 'waitAll' : 'runAll', name);
    return `{ ${closure}const r = ${call}; if (r !== false) { ${this.#ended(endOf(then))} } }`;
  }

  #byType({ value, cases }: ByTypeStatement, after: Then): string {
    const n = this.#label();
    const v = this.#operand(value);
    const chain = cases.map(
      ({ types, next: then }) =>
        `if (${this.#constant(new Set(types))}.has(t${n})) { ${this.#statement(then, after)} } else `,
    );
    return `{ const t${n} = R.typeOf(${v}); ${chain.join('')}R.expect(t${n}, ${v}); }`;
  }

  #read(statement: ReadStatement, after: Then): string {
    const { to, base, name, inPattern, isExact, field, tag, at, next: then } = statement;
    const n = this.#label();
    const isUnsure = !isExact && tag === undefined && field === undefined && this.linker.mayTag(name);
    const site = this.#constant(readSite(name, inPattern, field, isUnsure));
    const o = this.#operand(base);
    const v = `v${to}`;
    const isMissing = `${v} === undefined || Object.prototype${access(name)} !== undefined`;
    const absent = this.settles
      ? `if (${v} === undefined && (${v} = R.absent(${o}, ${site}${this.#place(at)})) === U) break b${n};`
      : undefined;
    const settle = this.waits ? this.#waitFor(v, at, absent) : '';
    // What is noted of a value is noted of what it is settled to.
    const isSettledFirst = this.settles || tag !== undefined || field !== undefined || isUnsure;
    const slow = `{ ${v} = R.read(${o}, ${site}, ${v}${this.#place(at)}); if (${v} === U) break b${n}; ${isSettledFirst ? '' : settle}}\n`;
    const rest = () => {
      const row = isUnsure
        ? `if (${isObjectHere(v)} && !R.registered.has(Object.getPrototypeOf(${v}))) R.noteRow(${o}, ${site}, ${v});\n`
        : '';
      const first = isSettledFirst ? settle : '';
      const noted = tag === undefined ? `${first}${row}` : this.#tag(to, tag, first);
      const text = `${noted}${this.#statement(then, after)}`;
      this.#instances.delete(to);
      return text;
    };
    // What was given before is given again.
    const isAsked = this.settles ? 'R.replay !== undefined || ' : '';
    if (isExact)
      return `b${n}: { let ${v}; if (${isAsked}(${v} = ${o}${access(name)}, ${isMissing})) ${slow}${rest()} }`;
    const runsGetter = this.linker.hasGetter(name);
    const plain = `(${v} = ${o}${access(name)}, ${isMissing})`;
    const clean = base.kind === 'local' ? this.#clean.get(base.local) : undefined;
    // Of an object whose prototype has been looked at, other attributes need no look; but for those that more follows from.
    const isShared = base.kind === 'local' && name !== 'size' && !this.linker.mayTag(name) && !runsGetter;
    if (clean !== undefined && isShared)
      return `b${n}: { let ${v}; if (${isAsked}!${clean} || ${plain}) ${slow}${rest()} }`;
    this.#learned.push(`let p${n}; ${site}.learn = (p) => { p${n} = p; };`);
    // The attribute first: then the optimizer knows what the object looks like, and its prototype costs nothing.
    const look =
      `${o} === null || ${o} === undefined || ${plain} || ` +
      `!(c${n} = Object.getPrototypeOf(${o}) === p${n})`;
    if (isShared) this.#clean.set(base.local, `c${n}`);
    const text = `b${n}: { let c${n} = false, ${v}; if (${isAsked}${look}) ${slow}${rest()} }`;
    if (isShared) this.#clean.delete(base.local);
    return text;
  }

  #method({ to, base, name, args, at, next: then }: MethodStatement, after: Then): string {
    const n = this.#label();
    const site = this.#constant(methodSite(name));
    const o = this.#operand(base);
    const passed = args.map((arg) => this.#operand(arg)).join(', ');
    const slow = `v${to} = R.method(${o}, ${site}, [${passed}]${this.#place(at)}); if (v${to} === U) break b${n};`;
    const rest = `${this.#waitFor(`v${to}`, at)}${this.#statement(then, after)}`;
    const isAsked = this.settles ? 'R.replay === undefined && ' : '';
    const isKnown =
      base.kind === 'constant'
        ? `${o} === ${site}.receiver`
        : `${o} !== null && ${o} !== undefined && (${o} === ${site}.receiver || Object.getPrototypeOf(${o}) === ${site}.prototype)`;
    const isReady = args
      .filter(({ kind }) => kind === 'local')
      .map((arg) => this.#operand(arg))
      // In a module, `then` of a data object must not be read: no machine goes on where it throws.
      .map((v) => (this.printing.isModule ? '' : `${this.#mayBePending(v)} && `) + `R.isPending(${v})`)
      .map((test) => ` && !(${test})`)
      .join('');
    const call = `${o}, ${JSON.stringify(name)}, v${to}`;
    const note =
      args.length === 0
        ? `R.log.note(${call});`
        : args.length === 1
          ? `R.log.noteOne(${call}, ${passed});`
          : `R.log.noteWith(${call}, [${passed}]);`;
    return (
      `b${n}: { let v${to}; if (${isAsked}${isKnown}${isReady}) {\n` +
      `try { v${to} = ${o}${access(name)}(${passed}); } ` +
      `catch (e) { R.failed(${o}, ${site}, [${passed}], e${this.#place(at)}); }\n` +
      `${note} }\nelse { ${slow} }\n${rest} }`
    );
  }

  #arithmetic({ to, operator, left, right, at, next: then }: ArithmeticStatement, after: Then): string {
    const n = this.#label();
    const [l, r] = [this.#operand(left), this.#operand(right)];
    const quick = isQuick(operator)
      ? `let v${to} = typeof ${l} === "number" && typeof ${r} === "number" ? ${l} ${operator} ${r} : NaN; ` +
        `if (!Number.isSafeInteger(v${to}))`
      : `let v${to};`;
    return (
      `b${n}: { ${quick} { v${to} = R.arithmetic(${JSON.stringify(operator)}, ${l}, ${r}${this.#place(at)}); ` +
      `if (v${to} === U) break b${n}; }\n${this.#statement(then, after)} }`
    );
  }

  #each({ item, list, tag, at, next: then }: EachStatement, after: Then): string {
    const n = this.#label();
    const isSettledFirst = this.settles || (this.waits && tag !== undefined);
    const settle = isSettledFirst ? this.#waitFor(`v${item}`, at) : '';
    const tagged = tag === undefined ? settle : this.#tag(item, tag, settle);
    if (this.settles) this.#awaits = true;
    const elements = this.settles ? 'await R.listLater' : 'R.list';
    // What a method adds to the list while its last element is tried comes too late, and whatever it adds is counted.
    const loop =
      mayCall(then) || mayCallAfter(after)
        ? `for (let i${n} = 0, c${n} = l${n}.length, e${n} = false; !e${n} && i${n} < l${n}.length; i${n}++) { ` +
          `if (i${n} >= c${n}) R.step(); e${n} = i${n} + 1 >= l${n}.length;`
        : `for (let i${n} = 0; i${n} < l${n}.length; i${n}++) {`;
    // While it waits for one of them, the question may have been ended.
    const stop = this.waits ? 'if (R.steps < 0) R.over(); ' : '';
    // Another element may be rejected while it waits for this one.
    const handled = this.waits
      ? `if (!h${n} && ${this.#mayBePending(`v${item}`)} && R.isPending(v${item})) { h${n} = true; R.handleRejections(l${n}); } `
      : '';
    const text =
      `${this.waits ? `let h${n} = false; ` : ''}let l${n} = ${this.#operand(list)}; if (!Array.isArray(l${n})) l${n} = ${elements}(l${n}${this.#place(at)});\n` +
      `if ((R.steps -= l${n}.length) < 0) R.over();\n` +
      `${loop} ${stop}let v${item} = l${n}[i${n}]; ${handled}${tagged}\n${this.#statement(then, after)} }`;
    this.#instances.delete(item);
    return text;
  }

  #again({ args, only }: AgainStatement): string {
    this.#loops = true;
    const values = args.map((arg) => this.#operand(arg));
    const moves = this.plan.params.flatMap((p, i) =>
      values[i] === `v${p}` ? [] : [{ p, value: values[i]! }],
    );
    const move = [
      ...moves.map(({ value }, i) => `const m${i} = ${value};`),
      ...moves.map(({ p }, i) => `v${p} = m${i};`),
    ].join(' ');
    if (only === undefined) return `{ ${move} continue top; }`;
    const exact = this.#isExactly(only.argument, only.type);
    return `if (${exact}) { ${move} continue top; } return ${this.#call(only.otherwise, args, this.way, 'then')};`;
  }

  /**
   * Rows without a class get the type of the field; instances have their own. What is an instance of the declared class, or of one
   * that extends it, is hardly a promise either.
   */
  #tag(n: number, tag: FieldType, settle: string): string {
    const value = `v${n}`;
    const type = tag.kind === 'named' ? this.linker.context.program.types.find(tag.name) : undefined;
    const exact = type && this.linker.exactClass(type);
    const note = (more: string) =>
      `if (${isObjectHere(value)}${more} && !R.registered.has(Object.getPrototypeOf(${value}))) ` +
      `R.tag(${value}, ${this.#constant(tag)});\n`;
    // What extends the class may stand for what it is awaited to.
    const extensions = type === undefined ? [] : this.linker.extensionsOf(type);
    const isTold = extensions.every((each) => this.linker.exactClass(each) !== undefined);
    if (type === undefined || exact === undefined || !isTold || !asksPrototypes(exact))
      return `${settle}${note('')}`;
    this.#instances.add(n);
    const isInstance = `${value} instanceof ${this.#constant(exact)}`;
    const again = settle === '' ? '' : `${settle}d${n} = ${isInstance};\n`;
    return `let d${n} = ${isInstance}; if (!d${n}) { ${again}${note(` && !d${n}`)} }\n`;
  }

  // ── tests ──

  #test(test: Test): string {
    switch (test.kind) {
      case 'equal':
        return test.negated ? `!${this.#equal(test)}` : this.#equal(test);
      case 'one-of': {
        const v = this.#operand(test.value);
        const { literals } = test;
        if (typeof this.linker.context.equality === 'function')
          return `R.oneOf(${v}, ${this.#constant(literals)})`;
        const same =
          literals.length > 8
            ? `${this.#constant(new Set(literals))}.has(${v})`
            : // Without a branch for each: which one it is cannot be predicted.
              literals.map((literal) => `(${v} === ${literalText(literal)})`).join(' | ');
        return `(${same}) || (${isObjectHere(v)} && R.oneOf(${v}, ${this.#constant(literals)}))`;
      }
      case 'order': {
        const sides = [test.left, test.right];
        const [l, r] = sides.map((side) => this.#operand(side));
        const slow = `R.order(${JSON.stringify(test.operator)}, ${l}, ${r}${this.#place(test.at)})`;
        const locals = sides.filter(({ kind }) => kind === 'local');
        const isNumeric = sides.every((side) => side.kind === 'local' || typeof side.value === 'number');
        if (!isNumeric || locals.length === 0) return slow;
        const areNumbers = locals.map((side) => `typeof ${this.#operand(side)} === "number"`).join(' && ');
        return `(${areNumbers} ? ${l} ${test.operator} ${r} : ${slow})`;
      }
      case 'isa': {
        const v = this.#operand(test.value);
        const exact = this.linker.exactClass(test.type);
        const slow = `R.isa(${v}, ${this.#constant(test.type)})`;
        if (exact === undefined) return slow;
        return `((${this.#isExactly(test.value, test.type)}) || ${slow})`;
      }
      case 'isa-union':
        return `R.isaUnion(${this.#operand(test.value)}, ${JSON.stringify(test.union)})`;
      case 'true': {
        const v = this.#operand(test.value);
        return `(${v} === true || (${v} !== false && R.notTrue(${v}${this.#place(test.at)})))`;
      }
      case 'call':
        return this.#callTest(test, this.waits ? 'wait' : 'run');
    }
  }

  /** @param then the function that is called at each success */
  #callTest({ callee, args, likely }: CallTest, way: Way, then?: string, isAnswer = false): string {
    const call = this.#call(callee, args, way, then, isAnswer);
    if (likely === undefined) return call;
    const isLikely = this.#isExactly(likely.argument, likely.type);
    return `(${isLikely} ? ${this.#call(likely.callee, args, way, then, isAnswer)} : ${call})`;
  }

  #equal({ left, right, how, negated, at }: EqualTest): string {
    const [l, r] = [this.#operand(left), this.#operand(right)];
    const slow = this.settles
      ? `(await R.equalLater(${l}, ${r}${this.#place(at)}))`
      : `R.equal(${l}, ${r}${this.#place(at)})`;
    if (this.settles) this.#awaits = true;
    if (typeof this.linker.context.equality === 'function') return slow;
    // What does not match may be a promise; what matches is none.
    if (how === 'identity') {
      const mayTrust = !negated && this.#negations === 0 && !this.linker.isNegated(this.fn.predicate);
      return `(${l} === ${r} || (${this.#mayBePending(l, mayTrust ? left : undefined)} && ${slow}))`;
    }
    if (left.kind === 'local' && isPrimitive(right))
      return `(${l} === ${r} || (${isObjectHere(l)} && ${slow}))`;
    if (right.kind === 'local' && isPrimitive(left))
      return `(${l} === ${r} || (${isObjectHere(r)} && ${slow}))`;
    if (left.kind === 'local' && right.kind === 'local')
      return `(${l} === ${r} ? ${l} === ${l} : (${mayEqual(l)} || ${mayEqual(r)}) && ${slow})`;
    return slow;
  }

  /** @param isAnswer whether it is what the function answers: then nobody here need wait for it */
  #call(
    callee: CompiledFunction,
    args: readonly Operand[],
    way: Way,
    then: string | undefined,
    isAnswer = false,
  ): string {
    this.#calls++;
    if (goesOn(way)) this.#explored.add(callee);
    const passed = [
      ...(waitsIn(way) ? ['R'] : []),
      ...args.map((arg) => this.#operand(arg)),
      ...(goesOn(way) ? [then!] : []),
    ];
    const target = this.#constant(callee);
    let call = `${target}.${way}(${passed.join(', ')})`;
    if (this.waits && !isAnswer) {
      this.#awaits = true;
      call = `(await ${call})`;
    }
    if (!this.linker.isRecursive(this.fn.predicate, callee.predicate)) return call;
    this.#isRecursive = true;
    return `(R.deeper() && R.back(${call}))`;
  }

  /**
   * A promise is waited for, where that can be done here.
   *
   * @param arrived what follows when one was
   */
  #waitFor(
    v: string,
    at?: Span,
    arrived = this.settles ? '' : `if (${v} === undefined) R.absent();`,
  ): string {
    if (!this.waits) return `if (${this.#mayBePending(v)}) R.await(${v});\n`;
    this.#awaits = true;
    const settled = this.settles ? `R.settle(${v}${at === undefined ? '' : this.#place(at)})` : v;
    return `if (${this.#mayBePending(v)} && R.isPending(${v})) { ${v} = await ${settled}; ${arrived} }\n`;
  }

  /** Where it stands in the policy, as the last argument of a call; nothing where the machine tells. */
  #place(at: Span): string {
    return this.printing.isModule ? `, ${this.#constant(at)}` : '';
  }

  /**
   * Few values are objects here that are no match. Of many classes, the registered ones are told by their prototype.
   *
   * @param operand where an instance of the class that a field declares may be trusted to be no promise: a class that extends it may have
   *   a `then`, and so may an instance. Taken for a value it does not match, which must not let anything hold.
   */
  #mayBePending(v: string, operand?: Operand): string {
    if (operand?.kind === 'local' && this.#instances.has(operand.local))
      return `!d${operand.local} && ${this.#mayBePending(v)}`;
    const isKnown = this.linker.hasManyClasses ? ` && !R.registered.has(Object.getPrototypeOf(${v}))` : '';
    return `${isObjectHere(v)}${isKnown} && typeof ${v}.then === "function"`;
  }

  #isExactly(operand: Operand, type: DeclaredType): string {
    const value = this.#operand(operand);
    const exact = this.linker.exactClass(type);
    return exact === undefined ? 'false' : exactTest(value, this.#constant(exact.prototype));
  }

  // ── names ──

  #operand(operand: Operand): string {
    if (operand.kind === 'local') return `v${operand.local}`;
    const { value } = operand;
    if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return `(${value})`;
    if (typeof value === 'string' || typeof value === 'boolean' || value === null)
      return JSON.stringify(value);
    return this.#constant(value);
  }

  #constant(value: unknown): string {
    return this.#constants.name(value);
  }

  #label(): number {
    return this.#labels++;
  }
}

const isExactly = (known: KnownArgument): boolean => known.kind === 'types' && known.class !== undefined;

const isPrimitive = (side: Operand): boolean =>
  side.kind === 'constant' &&
  !(
    (typeof side.value === 'object' && side.value !== null) ||
    typeof side.value === 'function' ||
    Number.isNaN(side.value)
  );

/** Whether `instanceof` looks at prototypes and at nothing else. */
const asksPrototypes = (type: Class): boolean =>
  (type as unknown as { [Symbol.hasInstance]: unknown })[Symbol.hasInstance] ===
  Function.prototype[Symbol.hasInstance];

const isQuick = (operator: ArithmeticOperator): boolean =>
  operator === '+' || operator === '-' || operator === '*';

const isObjectHere = (v: string): string => `typeof ${v} === "object" && ${v} !== null`;

const mayEqual = (v: string): string => `typeof ${v} === "object" || typeof ${v} === "function"`;

/** JSON knows no infinity. */
export const literalText = (literal: unknown): string =>
  typeof literal === 'number' ? `(${literal})` : JSON.stringify(literal);

const access = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
