import type { TypeSet } from '../../../host/type-set.js';
import type { Field } from '../../../types/declared-type.js';
import { findTag, nextTagFinder } from '../../../types/typed.js';
import type { FindName } from '../../../types/row-name.js';
import type { CompiledFunction, DispatchCases, GrowingCases } from '../../compiler/compiled-function.js';
import { longestChain, longestSwitch } from '../../compiler/thresholds.js';
import { takesContinuation, waitsIn, type Way } from '../../runtime/way.js';
import { Constants, type EmittedCode, literalText, passedIn, withConstants } from './emitted-code.js';
import { exactSearch, exactSearchAot, rowSearch, unmarkedTest } from './exact-class-text.js';

/** Cases that are complete, in ahead-of-time compilation. */
export interface CompleteCases extends DispatchCases {
  /** The functions by the types of the argument, for values that no class identifies. */
  readonly types: ReadonlyMap<TypeSet, CompiledFunction>;
  /** The sets of types that rules distinguish. The other known types have one function together. */
  readonly relevant: ReadonlySet<TypeSet>;
  readonly otherwise: CompiledFunction | undefined;
  /** The function for all sets of types that are not known. Without it, they are an error. */
  readonly mixed: CompiledFunction | undefined;
  /** The fields of the arguments whose types this function knows, but not `mixed`. */
  readonly references: ReadonlyMap<number, Field>;
}

/** Prints a function that dispatches on an argument. An argument without a case goes to `miss`, which adds one. */
export function emitDispatch(cases: GrowingCases, way: Way): EmittedCode {
  const constants = new Constants();
  const names = argumentNames(cases);
  const body = growingBody(cases, names, constants, way);
  return withConstants(constants, `function (${passedIn(way, names)}) { ${body} }`);
}

function growingBody(cases: GrowingCases, names: readonly string[], constants: Constants, way: Way): string {
  const at = names[cases.parameter]!;
  let text = knownCases(cases, names, way, {
    constants,
    findTag: nextTagFinder(),
    search: exactSearch,
    fail: 'false',
    // A target that dispatches itself is repeated here instead of called.
    target: (to, passed) =>
      to.cases === undefined
        ? callOf(constants.name(to), passed, way)
        : `{ ${growingBody(to.cases, passed, constants, way)} }`,
  });
  if (cases.otherText !== undefined) {
    const isLiteral = `${constants.name(cases.allLiterals)}.has(${at})`;
    text += `if (typeof ${at} === "string" && !${isLiteral}) ${callOf(constants.name(cases.otherText), names, way)}\n`;
  }
  // The function knows the types of the argument.
  const rows = names.map((name) => (name === at ? `R.row(${at})` : name));
  text += `{ const t = R.caseOf(${constants.name(cases)}, ${at}); if (t !== undefined) ${callOf('t', rows, way)} }\n`;
  return `${text}return ${constants.name(cases.miss[way])}(${passedIn(way, names)});`;
}

/** Prints a function that dispatches on an argument: inline for literals and classes, with the runtime for other types. */
export function emitCompleteDispatch(cases: CompleteCases, way: Way): EmittedCode {
  const { literals, classes, rows, types, relevant, otherwise, mixed } = cases;
  const constants = new Constants();
  const constant = (value: unknown) => constants.name(value);
  const names = argumentNames(cases);
  const at = names[cases.parameter]!;
  const passed = passedIn(way, names);
  const others = names.filter((name) => name !== at);
  // Code that waits has settled the arguments.
  const fail = waitsIn(way) || others.length === 0 ? 'false' : `R.noRule(${others.join(', ')})`;
  let text = '';
  if (waitsIn(way)) {
    const settled = passedIn(
      way,
      names.map((name) => (name === at ? 'v' : name)),
    );
    text += `if (R.isPending(${at})) return R.settle(${at}).then((v) => dispatch(${settled}));\n`;
  }
  text += knownCases(cases, names, way, {
    constants,
    findTag,
    search: exactSearchAot,
    fail,
    target: (to, args) => callOf(constant(to), args, way),
  });
  const none = [...relevant].filter((set) => !types.has(set));
  const rest = otherwise === undefined ? 'undefined' : constant(otherwise);
  const table = `${constant(types)}, ${constant(new Set(none))}, ${rest}`;
  const unknown = mixed === undefined ? '' : `, ${constant(mixed)}`;
  text += `const t = R.target(${table}, ${at}${unknown}); `;
  if (mixed !== undefined && cases.references.size > 0) {
    const referred = names.map((name, i) => {
      const field = cases.references.get(i);
      return field === undefined ? name : `R.ref(${name}, ${constant(field)})`;
    });
    text += `if (t === ${constant(mixed)}) ${callOf('t', referred, way)} `;
  }
  text += `return t === undefined ? ${fail} : t.${way}(${passed});`;
  const targets = takesContinuation(way)
    ? [
        ...literals.values(),
        ...classes.values(),
        ...[...rows.values()].flatMap((each) => [...each.values()]),
        ...types.values(),
        otherwise,
        mixed,
      ]
    : [];
  const explored = new Set(targets.filter((target) => target !== undefined));
  return withConstants(constants, `function dispatch(${passed}) { ${text} }`, [], explored);
}

interface CaseText {
  readonly constants: Constants;
  readonly findTag: FindName;
  /** Prints the search for the class of a value. */
  readonly search: (value: string, found: string) => string;
  /** The result for a literal that no rule fits. */
  readonly fail: string;
  /** Prints the statement that continues with a function. */
  readonly target: (to: CompiledFunction, args: readonly string[]) => string;
}

/** Prints the cases for literals, classes and rows: few as a switch or a chain of comparisons, many as a table. */
function knownCases(
  { parameter, literals, classes, prototypes, rows, typeSets }: DispatchCases,
  names: readonly string[],
  way: Way,
  { constants, findTag: find, search, fail, target }: CaseText,
): string {
  const constant = (value: unknown) => constants.name(value);
  const at = names[parameter]!;
  const others = names.filter((name) => name !== at);
  let text = '';
  if (literals.size > longestSwitch) {
    const none = [...literals].flatMap(([value, to]) => (to === undefined ? [value] : []));
    // Growing cases have no empty ones: their own map is used, to which more are added.
    const found = none.length === 0 ? literals : withoutEmpty(literals);
    text += `{ const t = ${constant(found)}.get(${at}); if (t !== undefined) ${callOf('t', others, way)} }\n`;
    if (none.length > 0) text += `if (${constant(new Set(none))}.has(${at})) return ${fail};\n`;
  } else if (literals.size > 0) {
    const known = [...literals].map(
      ([value, to]) =>
        `case ${literalText(value)}: ${to === undefined ? `return ${fail};` : target(to, others)}`,
    );
    text += `switch (${at}) { ${known.join(' ')} }\n`;
  }
  const { discriminators } = typeSets;
  const isUnmarked =
    classes.size === 0 ? '' : unmarkedTest(at, 'p.constructor', typeSets, ({ values }) => constant(values));
  if (classes.size > longestChain) {
    const found = `const f = ${constant(prototypes)}.get(p); if (f !== undefined${isUnmarked}) ${callOf('f', names, way)}`;
    text += search(at, found);
  } else if (classes.size > 0) {
    const known = [...classes].map(
      ([c, to]) => `if (p === ${constant(c.prototype)}${isUnmarked}) ${target(to, names)}`,
    );
    text += search(at, known.join(' '));
  }
  if (rows.size > 0) text += rowSearch(at, discriminators, constant(find), rowCases());
  return text;

  /** Prints the cases by the tag `g`, and by each discriminator of a row without a tag. */
  function rowCases(): string {
    const fields = discriminators?.fields ?? [];
    const others = (i: number) =>
      fields.flatMap(({ values }, j) =>
        j === i ? [] : [`(d${j} === undefined || !${constant(values)}.has(d${j}))`],
      );
    return [undefined, ...fields.map(({ name }) => name)]
      .map((name, i) => {
        const found = i === 0 ? 'g' : `d${i - 1}`;
        const marked = rows.get(name);
        if (marked === undefined) return '';
        const cases =
          marked.size > longestChain
            ? `const f = ${constant(marked)}.get(${found}); if (f !== undefined) ${callOf('f', names, way)}`
            : `switch (${found}) { ${[...marked].map(([value, to]) => `case ${literalText(value)}: ${target(to, names)}`).join(' ')} }`;
        const isOnly = [...(i === 0 ? [] : ['g === undefined']), ...others(i - 1)];
        return isOnly.length === 0 ? `{ ${cases} }` : `if (${isOnly.join(' && ')}) { ${cases} }`;
      })
      .join(' ');
  }
}

const argumentNames = ({ passed }: DispatchCases): string[] =>
  Array.from({ length: passed }, (_, i) => `a${i}`);

const callOf = (target: string, args: readonly string[], way: Way): string =>
  `return ${target}.${way}(${passedIn(way, args)});`;

const withoutEmpty = <Target>(
  cases: ReadonlyMap<unknown, Target | undefined>,
): ReadonlyMap<unknown, Target | undefined> => new Map([...cases].filter(([, to]) => to !== undefined));
