import type { TypeSet } from '../../../host/type-set.js';
import type { Class } from '../../../types/type-declaration.js';
import type { CompiledFunction } from '../../compiler/compiled-function.js';
import { Constants, type Emitted, literalText, passedIn, withConstants } from '../source/source-emitter.js';
import { longestChain, longestSwitch } from '../../compiler/thresholds.js';
import { exactSearchAhead } from '../../runtime/exact-class.js';
import { goesOn, waitsIn, type Way } from '../../runtime/way.js';

/** Where a function goes on that looks at one of its arguments, all cases being known. For a case without a function no rule applies. */
export interface LookCases {
  /** How many arguments are passed. */
  readonly passed: number;
  /** Which of them is looked at. */
  readonly parameter: number;
  /** By the literal that it is; the literal is not passed on. */
  readonly literals: ReadonlyMap<unknown, CompiledFunction | undefined>;
  /** By the class that it is an instance of, exactly. */
  readonly classes: ReadonlyMap<Class, CompiledFunction>;
  /** By its types. */
  readonly types: ReadonlyMap<TypeSet, CompiledFunction>;
  /** The types that rules are about; other known types are all alike. */
  readonly relevant: ReadonlySet<TypeSet>;
  readonly otherwise: CompiledFunction | undefined;
}

/** Prints a function that looks at one of its arguments: inline at literals and classes, the rest is the runtime's. */
export function emitLook(cases: LookCases, way: Way): Emitted {
  const { passed, parameter, literals, classes, types, relevant, otherwise } = cases;
  const constants = new Constants();
  const constant = (value: unknown) => constants.name(value);
  const names = Array.from({ length: passed }, (_, i) => `a${i}`);
  const at = names[parameter]!;
  const others = names.filter((name) => name !== at);
  const listOf = (args: readonly string[]) => passedIn(way, args);
  const call = (target: string, args: readonly string[]) => `return ${target}.${way}(${listOf(args)});`;
  const callOrFail = (target: CompiledFunction | undefined, args: readonly string[]) =>
    target === undefined ? 'return false;' : call(constant(target), args);
  let text = '';
  if (waitsIn(way)) {
    const settled = names.map((name) => (name === at ? 'v' : name));
    text += `if (R.isPending(${at})) return R.settle(${at}).then((v) => look(${listOf(settled)}));\n`;
  }
  if (literals.size > longestSwitch) {
    const found = new Map([...literals].filter(([, to]) => to !== undefined));
    const none = new Set([...literals].flatMap(([value, to]) => (to === undefined ? [value] : [])));
    text += `{ const t = ${constant(found)}.get(${at}); if (t !== undefined) ${call('t', others)} }\n`;
    if (none.size > 0) text += `if (${constant(none)}.has(${at})) return false;\n`;
  } else if (literals.size > 0) {
    const known = [...literals].map(([value, to]) => `case ${literalText(value)}: ${callOrFail(to, others)}`);
    text += `switch (${at}) { ${known.join(' ')} }\n`;
  }
  if (classes.size > longestChain) {
    const prototypes = new Map([...classes].map(([c, to]) => [c.prototype as object, to]));
    const found = `const f = ${constant(prototypes)}.get(p); if (f !== undefined) ${call('f', names)}`;
    text += exactSearchAhead(at, found);
  } else if (classes.size > 0) {
    const known = [...classes].map(
      ([c, to]) => `if (p === ${constant(c.prototype)}) ${callOrFail(to, names)}`,
    );
    text += exactSearchAhead(at, known.join(' '));
  }
  const none = [...relevant].filter((set) => !types.has(set));
  const rest = otherwise === undefined ? 'undefined' : constant(otherwise);
  const table = `${constant(types)}, ${constant(new Set(none))}, ${rest}`;
  text += `const t = R.target(${table}, ${at}); return t === undefined ? false : t.${way}(${listOf(names)});`;
  const targets = goesOn(way)
    ? [...literals.values(), ...classes.values(), ...types.values(), otherwise]
    : [];
  const explored = new Set(targets.filter((target) => target !== undefined));
  return withConstants(constants, `function look(${listOf(names)}) { ${text} }`, [], explored);
}
