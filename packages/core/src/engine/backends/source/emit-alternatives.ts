import { sizeOf } from '../../compiler/plan-analysis.js';
import type { AnyStatement, Literal, Statement, SwitchStatement } from '../../compiler/plan.js';
import { longestComparison, maxFunctionSize } from '../../compiler/thresholds.js';
import { freeLocals, someStatement } from '../../compiler/traversal.js';
import { enclosed, endOf, type Continuation, emitEnd } from './continuation.js';
import type { Emission } from './emission.js';
import { literalText, objectTest, passedIn } from './emitted-code.js';

/** Prints a statement, and after each of its successes the continuation. */
type EmitStatement = (e: Emission, statement: Statement, then: Continuation) => string;

// Many alternatives are divided into several functions, because V8 does not optimize a large one.

/** Prints statements one after another. */
export function emitAny(
  e: Emission,
  { of }: AnyStatement,
  then: Continuation,
  emitStatement: EmitStatement,
): string {
  const emitAll = (all: readonly Statement[], after: Continuation): string =>
    all.map((s) => `{ ${emitStatement(e, s, after)} }`).join('\n');
  const parts = partsOf(of, sizeOf);
  if (parts.length < 2 || !mayDivide(e, of, then)) return emitAll(of, then);
  return parts
    .map((part) =>
      part.length === 1 && sizeOf(part[0]!) > maxFunctionSize
        ? emitAll(part, then)
        : emitPart(e, part, [], then, (after) => emitAll(part, after)),
    )
    .join('\n');
}

/** Prints the cases for a value: few as comparisons, and many as a table. */
export function emitSwitch(
  e: Emission,
  { value, cases }: SwitchStatement,
  then: Continuation,
  emitStatement: EmitStatement,
): string {
  const n = e.newLabel();
  const v = e.operand(value);
  const literals = e.constant(cases.map(({ literal }) => literal));
  const plain = `const w${n} = ${objectTest(v)} ? R.literalOf(${v}, ${literals}) : ${v};`;
  const emitCases = (all: typeof cases, label: (i: number) => string, after: Continuation): string =>
    all.map(({ next }, i) => `case ${label(i)}: { ${emitStatement(e, next, after)} } break;`).join('\n');
  const parts = partsOf(cases, ({ next }) => 1 + sizeOf(next));
  const isDivided =
    parts.length > 1 &&
    mayDivide(
      e,
      cases.map(({ next }) => next),
      then,
    );
  if (!isDivided && cases.length <= longestComparison)
    return `{ ${plain} switch (w${n}) { ${emitCases(cases, (i) => literalText(cases[i]!.literal), then)} } }`;
  if (!isDivided) {
    const table = e.constant(tableOf(cases, (i) => i));
    return `{ ${plain} switch (${table}.get(w${n})) { ${emitCases(cases, String, then)} } }`;
  }
  // The number of a case determines its function, and its place there.
  const numbers = parts.flatMap((part, p) => part.map((_, i) => p * casesPerPart + i));
  const table = e.constant(tableOf(cases, (i) => numbers[i]!));
  const calls = parts.map((part, p) => {
    const statements = part.map(({ next }) => next);
    const call = emitPart(
      e,
      statements,
      [`c${n}`],
      then,
      (after) => `switch (c${n}) { ${emitCases(part, (i) => String(p * casesPerPart + i), after)} }`,
    );
    return `case ${p}: ${call} break;`;
  });
  return (
    `{ ${plain} const c${n} = ${table}.get(w${n}); ` +
    `if (c${n} !== undefined) switch (c${n} >> ${casesBits}) { ${calls.join('\n')} } }`
  );
}

const casesBits = 10;
const casesPerPart = 1 << casesBits;

const tableOf = (
  cases: readonly { readonly literal: Literal }[],
  numberOf: (i: number) => number,
): ReadonlyMap<Literal, number> => new Map(cases.map(({ literal }, i) => [literal, numberOf(i)]));

/** Divides a list into parts whose code is not too large. */
function partsOf<Item>(items: readonly Item[], size: (item: Item) => number): readonly (readonly Item[])[] {
  const parts: Item[][] = [];
  let total = 0;
  for (const item of items) {
    const next = size(item);
    const part = parts.at(-1);
    if (part === undefined || total + next > maxFunctionSize || part.length === casesPerPart) {
      parts.push([item]);
      total = next;
    } else {
      part.push(item);
      total += next;
    }
  }
  return parts;
}

const isRecordedPart = (statement: Statement): boolean =>
  statement.kind === 'record' && statement.to !== undefined;

/** Checks that statements can be in another function: they do not restart or end this one, and what follows can be passed to them. */
const mayDivide = (e: Emission, statements: readonly Statement[], then: Continuation): boolean =>
  then.kind !== 'continue' &&
  !e.hasCut &&
  e.loopProof === '' &&
  // A recorded part of a proof is a variable of this function.
  !(then.kind === 'invoke' && statements.some((statement) => someStatement(statement, isRecordedPart))) &&
  !statements.some((statement) => someStatement(statement, ({ kind }) => kind === 'again'));

/**
 * Prints the call of a further function.
 *
 * @param more the further variables that it uses
 * @param emitBody prints the statements of its body
 */
function emitPart(
  e: Emission,
  statements: readonly Statement[],
  more: readonly string[],
  then: Continuation,
  emitBody: (after: Continuation) => string,
): string {
  const locals = new Set(statements.flatMap((statement) => [...freeLocals(statement)]));
  const names = [...[...locals].map((n) => `v${n}`), ...more];
  if (then.kind === 'invoke') names.push(then.name);
  const end = endOf(then);
  const offers = end.kind === 'offer';
  const name = `f${e.newLabel()}`;
  const { body, awaits } = e.emitApart(() => emitBody(enclosed(then)));
  const passed = passedIn(e.waits ? (offers ? 'waitAll' : 'wait') : offers ? 'runAll' : 'run', names);
  e.declarations.push(`${awaits ? 'async ' : ''}function ${name}(${passed}) {\n${body}\nreturn false;\n}`);
  e.calls++;
  const call = `${name}(${passed})`;
  return `{ const r = ${awaits ? e.awaited(call) : call}; if (r !== false) { ${emitEnd(e, end)} } }`;
}
