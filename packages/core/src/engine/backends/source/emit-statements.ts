import type { ArithmeticOperator } from '../../../ir/goal.js';
import { countSuccesses, isDeterministic, mayCallMethod, mayMismatch } from '../../compiler/plan-analysis.js';
import type {
  AgainStatement,
  AnswersStatement,
  ArithmeticStatement,
  CallTest,
  CheckStatement,
  EachStatement,
  ExactlyStatement,
  Operand,
  RecordStatement,
  Statement,
} from '../../compiler/plan.js';
import { maxRepeatedSize } from '../../compiler/thresholds.js';
import {
  enclosed,
  endOf,
  mayCallAfter,
  sizeOfContinuation,
  type Continuation,
  type Continue,
  emitEnd,
  emitInvocation,
} from './continuation.js';
import { emitAny, emitSwitch } from './emit-alternatives.js';
import { emitElementTest, emitMethod, emitRead } from './emit-attributes.js';
import { emitCall, emitCallTest, emitTest, passedOperands } from './emit-tests.js';
import type { Emission } from './emission.js';

/** Prints a statement, and after each of its successes the continuation. */
export function emitStatement(e: Emission, statement: Statement, then: Continuation): string {
  switch (statement.kind) {
    case 'succeed':
      return emitSuccess(e, then);
    case 'any':
      return emitAny(e, statement, then, emitStatement);
    case 'read':
      return emitRead(e, statement, () => emitStatement(e, statement.next, then));
    case 'method':
      return emitMethod(e, statement, () => emitStatement(e, statement.next, then));
    case 'arithmetic':
      return emitArithmetic(e, statement, then);
    case 'each':
      return emitEach(e, statement, then);
    case 'if':
      return statement.test.kind === 'call'
        ? emitIfCall(e, statement.test, statement.next, then)
        : `if (${emitTest(e, statement.test)}) { ${emitStatement(e, statement.next, then)} }`;
    case 'check':
      return emitCheck(e, statement, then);
    case 'not':
      return emitNot(e, statement, then);
    case 'cut': {
      const fails = e.localFunctions === 0 ? 'return false;' : 'cut = true; return "stop";';
      return `{ ${emitStatement(e, statement.next, then)} } ${fails}`;
    }
    case 'again':
      return emitAgain(e, statement);
    case 'await': {
      const text = emitStatement(e, statement.next, then);
      return e.settles ? text : `${e.waitFor(`v${statement.local}`)}${text}`;
    }
    case 'exactly':
      return emitExactly(e, statement, then);
    case 'answers':
      return emitAnswers(e, statement, then);
    case 'answer':
      return emitAnswer(e, statement.values, then);
    case 'switch':
      return emitSwitch(e, statement, then, emitStatement);
    case 'record':
      return `${emitRecord(e, statement)}\n${emitStatement(e, statement.next, then)}`;
    case 'receive':
      return `const v${statement.to} = R.proof;\n${emitStatement(e, statement.next, then)}`;
  }
}

// ── successes ──

function emitSuccess(e: Emission, then: Continuation): string {
  switch (then.kind) {
    case 'leave':
      return then.text;
    case 'offer':
      return `${e.loopProof}${emitInvocation(e, 'then', then)}`;
    case 'invoke':
      return emitInvocation(e, then.name, then.after);
    case 'continue': {
      const text = emitStatement(e, then.next, then.after);
      return then.once === undefined ? text : `if (!${then.once}) { ${then.once} = true; ${text} }`;
    }
  }
}

/** Prints a continuation as a local function that runs once. */
function emitLocalFunction(e: Emission, n: number, { next, after }: Continue, once = `d${n}`): string {
  e.localFunctions++;
  const text = emitStatement(e, next, enclosed(after));
  e.localFunctions--;
  const declared = once === `d${n}` ? `let ${once} = false; ` : '';
  return (
    // The parentheses make V8 parse it together with the code around it, not once more for each enclosing function.
    `${declared}const n${n} = (${e.waits ? 'async ' : ''}() => {\n` +
    `if (${once}) return false; ${once} = true;\n${text}\nreturn false; });\n`
  );
}

// ── proofs and calls ──

function emitCheck(e: Emission, { proof, records, next }: CheckStatement, then: Continuation): string {
  const recorded = records === undefined ? '' : `let v${records};\n`;
  return `${recorded}${emitProof(e, proof, next, then)}`;
}

function emitProof(e: Emission, proof: Statement, next: Statement, then: Continuation): string {
  const places = countSuccesses(proof);
  const going: Continue = { kind: 'continue', next, once: undefined, after: then };
  if (places === 1 && isDeterministic(proof)) return emitStatement(e, proof, going);
  const n = e.newLabel();
  if (places === 1 || places * sizeOfContinuation(going) <= maxRepeatedSize)
    return `let d${n} = false;\n${emitStatement(e, proof, { ...going, once: `d${n}` })}`;
  const declaration = emitLocalFunction(e, n, going);
  return `${declaration}${emitStatement(e, proof, { kind: 'invoke', name: `n${n}`, after: endOf(then) })}`;
}

/**
 * Prints a call and the statements after it. When these fail, the remaining alternatives of the call run: in the same call, or in a second
 * one where no method of the application can be called twice, so that the common case costs nothing.
 */
function emitIfCall(e: Emission, test: CallTest, next: Statement, after: Continuation): string {
  const then: Continuation =
    next.kind === 'succeed' ? after : { kind: 'continue', next, once: undefined, after };
  if (then.kind === 'leave') return `if (${emitTest(e, test)}) { ${then.text} }`;
  if (e.way === 'run' && !e.linker.mayCallMethods(test.callee.predicate)) {
    const text = emitSuccess(e, then);
    return `if (${emitTest(e, test)}) { ${text}\n${emitCallTest(e, test, 'runAll', 'R.never')}; }`;
  }
  const n = e.newLabel();
  const declaration = then.kind === 'continue' ? emitLocalFunction(e, n, then, then.once) : '';
  const name = then.kind === 'continue' ? `n${n}` : then.kind === 'invoke' ? then.name : 'then';
  const call = emitCallTest(e, test, e.waits ? 'waitAll' : 'runAll', name);
  return `{ ${declaration}const r = ${call}; if (r !== false) { ${emitEnd(e, endOf(then))} } }`;
}

function emitNot(
  e: Emission,
  { proof: operand, next }: Extract<Statement, { kind: 'not' }>,
  then: Continuation,
): string {
  const n = e.newLabel();
  e.negations++;
  const proof = emitStatement(e, operand, { kind: 'leave', text: `break c${n};` });
  e.negations--;
  const [keep, isChanged, restore, mismatched] = mayMismatch(operand)
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
    `${restore} break b${n}; }\n${emitStatement(e, next, then)} }`
  );
}

const emitRecord = (e: Emission, { to, parts }: RecordStatement): string =>
  `${to === undefined ? 'R.proof' : `v${to}`} = ${joined(e, parts)};`;

const joined = (e: Emission, parts: readonly Operand[]): string =>
  parts.map((part) => e.operand(part)).reduce((proof, next) => `${proof}.followedBy(${next})`);

function emitAgain(e: Emission, { args, proof, only }: AgainStatement): string {
  e.loops = true;
  const values = passedOperands(e, args, e.fn.known);
  const moves = e.plan.params.flatMap((p, i) => (values[i] === `v${p}` ? [] : [{ p, value: values[i]! }]));
  const move = [
    ...moves.map(({ value }, i) => `const m${i} = ${value};`),
    ...moves.map(({ p }, i) => `v${p} = m${i};`),
    ...(proof === undefined ? [] : [`p = p.followedBy(${joined(e, proof)});`]),
  ].join(' ');
  const round = `{ ${move} ${emitRepetition(e)}continue top; }`;
  if (only === undefined) return round;
  const exact = e.isExactly(only.argument, only.type, only.isTested);
  return `if (${exact}) ${round} return ${emitCall(e, only.otherwise, args, e.way, 'then')};`;
}

/**
 * Prints the end of a loop whose arguments repeat: such a question fails in its own proof. They are compared with those after 8, 16, 32 and
 * so on rounds (Brent's algorithm).
 */
function emitRepetition(e: Emission): string {
  if (!e.linker.recursion.isTabled(e.fn.predicate)) return '';
  const { params } = e.plan;
  const settled = e.waits ? params.map((p) => e.waitFor(`v${p}`)).join('') : '';
  const isSame = params.map((p) => {
    const now = e.typed({ kind: 'local', local: p });
    return `(v${p} === s${p} || R.isSame(${now}, ${now.replace(`v${p}`, `s${p}`)}))`;
  });
  const keep = params.map((p) => `s${p} = v${p};`).join(' ');
  return `${settled}if (${isSame.join(' && ')}) return false; if (--left < 0) { left = laps *= 2; ${keep} } `;
}

// ── values ──

function emitArithmetic(e: Emission, statement: ArithmeticStatement, then: Continuation): string {
  const { to, operator, left, right, at, next } = statement;
  const n = e.newLabel();
  const [l, r] = [e.operand(left), e.operand(right)];
  const quick = isInlined(operator)
    ? `let v${to} = typeof ${l} === "number" && typeof ${r} === "number" ? ${l} ${operator} ${r} : NaN; ` +
      `if (!Number.isSafeInteger(v${to}))`
    : `let v${to};`;
  return (
    `b${n}: { ${quick} { v${to} = R.arithmetic(${JSON.stringify(operator)}, ${l}, ${r}${e.position(at)}); ` +
    `if (v${to} === U) break b${n}; }\n${emitStatement(e, next, then)} }`
  );
}

const isInlined = (operator: ArithmeticOperator): boolean =>
  operator === '+' || operator === '-' || operator === '*';

function emitEach(e: Emission, statement: EachStatement, then: Continuation): string {
  const { item, list, element, isOpen, at, next } = statement;
  const n = e.newLabel();
  const isSettledFirst = e.settles || (e.waits && (element !== undefined || isOpen));
  const settle = isSettledFirst ? e.waitFor(`v${item}`, at) : '';
  const [field, test] = emitElementTest(e, statement, n);
  if (element !== undefined) e.fields.set(item, element);
  if (e.settles) e.awaits = true;
  const elements = e.settles ? 'await R.listLater' : 'R.list';
  // An element that a method adds during the last iteration is ignored. Each added element counts as a step.
  const loop =
    mayCallMethod(next) || mayCallAfter(then)
      ? `for (let i${n} = 0, c${n} = l${n}.length, e${n} = false; !e${n} && i${n} < l${n}.length; i${n}++) { ` +
        `if (i${n} >= c${n}) R.step(); e${n} = i${n} + 1 >= l${n}.length;`
      : `for (let i${n} = 0; i${n} < l${n}.length; i${n}++) {`;
  // The query may have ended while an element was awaited.
  const stop = e.waits ? 'if (R.steps < 0) R.over(); ' : '';
  // Another element may be rejected while this one is awaited.
  const handled = e.waits
    ? `if (!h${n} && ${e.mayBePending(`v${item}`)} && R.isPending(v${item})) { h${n} = true; R.handleRejections(l${n}); } `
    : '';
  const text =
    `${e.waits ? `let h${n} = false; ` : ''}${field}let l${n} = ${e.operand(list)}; if (!Array.isArray(l${n})) l${n} = ${elements}(${e.typed(list)}${e.position(at)});\n` +
    `if ((R.steps -= l${n}.length) < 0) R.over();\n` +
    `${loop} ${stop}let v${item} = l${n}[i${n}]; ${handled}${settle}${test}\n${emitStatement(e, next, then)} }`;
  e.fields.delete(item);
  return text;
}

function emitExactly(e: Emission, statement: ExactlyStatement, then: Continuation): string {
  const value = e.operand(statement.value);
  if (e.printing.isCold && statement.otherwise !== undefined)
    return emitStatement(e, statement.otherwise, then);
  const exact = e.isExactly(statement.value, statement.type, statement.isTested);
  const { otherwise } = statement;
  const other = otherwise === undefined ? `R.inexact(${value});` : `{ ${emitStatement(e, otherwise, then)} }`;
  return `if (${exact}) { ${emitStatement(e, statement.next, then)} } else ${other}`;
}

// ── answers ──

/** Prints a call whose function calls a local function with each answer. */
function emitAnswers(e: Emission, statement: AnswersStatement, then: Continuation): string {
  const { callee, args, to, next } = statement;
  const n = e.newLabel();
  e.localFunctions++;
  const text = emitStatement(e, next, enclosed(then));
  e.localFunctions--;
  const values = to.map((each) => `v${each}`).join(', ');
  const call = emitCall(e, callee, args, e.waits ? 'waitAll' : 'runAll', `n${n}`);
  return (
    `{ const n${n} = (${e.waits ? 'async ' : ''}(${values}) => {\n${text}\nreturn false; });\n` +
    `const r = ${call}; if (r !== false) { ${emitEnd(e, endOf(then))} } }`
  );
}

/** Prints a success that passes values on. They keep the fields from which they were read. */
function emitAnswer(e: Emission, values: readonly Operand[], then: Continuation): string {
  return then.kind === 'offer'
    ? emitInvocation(e, 'then', then, values.map((value) => e.typed(value)).join(', '))
    : emitSuccess(e, then);
}
