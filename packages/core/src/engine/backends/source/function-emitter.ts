import type { CompiledFunction } from '../../compiler/compiled-function.js';
import type { Linker } from '../../compiler/linker.js';
import { sizeOf } from '../../compiler/plan-analysis.js';
import type { Plan, Statement } from '../../compiler/plan.js';
import { maxFunctionSize } from '../../compiler/thresholds.js';
import { takesContinuation } from '../../runtime/way.js';
import type { Continuation } from './continuation.js';
import { emitStatement } from './emit-statements.js';
import { emitCallTest } from './emit-tests.js';
import { type EmittedCode, passedIn, withConstants } from './emitted-code.js';
import { Emission, type Printing } from './emission.js';

/**
 * Prints a plan as JavaScript. The text contains only attribute names, as identifiers, and literals, as JSON, from the policy. All other
 * values are constants that are passed in, so that functions of the same shape share one text.
 */
export function emitFunction(
  fn: CompiledFunction,
  plan: Plan,
  linker: Linker,
  printing: Printing,
): EmittedCode {
  const e = new Emission(fn, plan, linker, printing);
  const rows = printing.isModule && linker.hasPlaces ? plan.params.filter((p) => e.fields.has(p)) : [];
  const paths = emitTail(e, plan.body);
  const params = plan.params.map((p) => `v${p}`);
  // A function with at most one call, and without recursion, does not count a step: its caller and its callee do.
  const step = e.loops || e.calls > 1 || e.isRecursive ? 'if (--R.steps < 0) R.over();\n' : '';
  const cut = e.hasCut ? 'let cut = false;\n' : '';
  const tag = e.usesTag ? 'let t;\n' : '';
  const body = `${step}${cut}${tag}${e.argumentChecks()}${paths}\nreturn false;`;
  const passed = passedIn(e.way, params);
  const proof = e.loopProof === '' ? '' : `let p = ${e.constant(linker.emptyProof)};\n`;
  // Dispatch in a module passes some arguments with their fields.
  const unwrapped = rows.map((p) => `v${p} = R.row(v${p});\n`).join('');
  const kept =
    e.loops && linker.recursion.isTabled(fn.predicate)
      ? `let left = 8, laps = 8, ${plan.params.map((p) => `s${p} = U`).join(', ')};\n`
      : '';
  const looped = e.loops ? `${proof}${kept}top: for (;;) { ${body} }` : body;
  const text = `${e.awaits ? 'async ' : ''}function (${passed}) {\n${unwrapped}${looped}\n}`;
  return withConstants(e.constants, text, e.declarations, e.explored);
}

/** Prints the statements of a function. The result of a call in last position is the result of the function. */
function emitTail(e: Emission, statement: Statement): string {
  const then: Continuation = takesContinuation(e.way)
    ? { kind: 'offer' }
    : { kind: 'leave', text: `${e.loopProof}return true;` };
  if (statement.kind === 'any' && statement.of.length > 0 && sizeOf(statement) <= maxFunctionSize) {
    const last = statement.of.length - 1;
    return statement.of
      .map((s, i) => `{ ${i === last ? emitTail(e, s) : emitStatement(e, s, then)} }`)
      .join('\n');
  }
  if (statement.kind === 'if' && statement.next.kind === 'succeed' && statement.test.kind === 'call') {
    const { callee, likely } = statement.test;
    const isPlain = [callee, likely?.callee].every(
      (to) => to === undefined || !e.linker.recursion.mayReturn(e.fn.predicate, to.predicate),
    );
    if (isPlain) return `return ${emitCallTest(e, statement.test, e.way, 'then', true)};`;
  }
  return emitStatement(e, statement, then);
}
