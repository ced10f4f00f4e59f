import type { CompiledFunction, GrowingCases } from '../../compiler/compiled-function.js';
import type { Linker } from '../../compiler/linker.js';
import { isLocal, type Statement } from '../../compiler/plan.js';
import { ownPlan, type SharedPlan } from '../../compiler/shared-plan.js';
import type { Proof } from '../../proof.js';
import { noValue, type Runtime } from '../../runtime/runtime.js';
import type { Ending } from '../../runtime/way.js';
import type { BackEnd } from '../back-end.js';
import { buildAttributeFinder } from './build-searches.js';
import { buildStep } from './build-steps.js';
import { ClosureBuilder } from './closure-builder.js';
import { dispatch, dispatchAll } from './closure-dispatch.js';
import { listIn } from './closure-values.js';
import { newLocals, restarting, withLocals } from './locals.js';
import { enough, failed, succeeded, type Locals, type Step, type Then } from './steps.js';

type Run = CompiledFunction['run'];
type RunAll = CompiledFunction['runAll'];

/**
 * Runs a plan without generating code, for platforms that forbid it. Each statement is a closure that also runs the statements after it.
 * The locals of a call are in one array. The order of all steps is the same as in the code of the source back end.
 */
export const closures: BackEnd = {
  kind: 'closures',
  waiting: undefined,
  plan: <W extends 'run' | 'runAll'>(
    way: W,
    fn: CompiledFunction,
    plan: SharedPlan,
    linker: Linker,
    runtime: Runtime,
  ): CompiledFunction[W] => {
    const builder = new ClosureBuilder(fn, ownPlan(plan), linker, runtime);
    return (way === 'run' ? buildRun(builder) : buildRunAll(builder)) as CompiledFunction[W];
  },
  dispatch: <W extends 'run' | 'runAll'>(
    way: W,
    _fn: CompiledFunction,
    cases: GrowingCases,
    runtime: Runtime,
  ): CompiledFunction[W] =>
    (way === 'run' ? dispatch(cases, runtime) : dispatchAll(cases, runtime)) as CompiledFunction[W],
};

function buildRun(b: ClosureBuilder): Run {
  const { runtime, plan } = b;
  const withoutLocals = buildForward(b, plan.body) ?? buildSearch(b, plan.body);
  if (withoutLocals !== undefined) return withoutLocals;
  for (const param of plan.params) b.slot(param);
  const body = buildStep(b, plan.body, enough);
  return withLocals(plan.params.length, b.size, looped(b, body, false), runtime);
}

function buildRunAll(b: ClosureBuilder): RunAll {
  const { runtime, plan } = b;
  b.mayCallTwice = false;
  const passed = b.newSlot();
  const { loopProof } = b;
  const then: Then =
    loopProof === undefined
      ? { step: (locals) => (locals[passed] as () => Ending)(), passed }
      : {
          step: (locals) => {
            addRounds(runtime, locals[loopProof]);
            return (locals[passed] as () => Ending)();
          },
        };
  const step = buildStep(b, plan.body, then);
  const body = looped(b, step, true);
  const enter = (locals: Locals, onSuccess: unknown): Ending => {
    if (--runtime.steps < 0) runtime.over();
    locals[passed] = onSuccess;
    const ending = body(locals);
    return ending === 'ended' || ending === 'again' ? failed : ending;
  };
  const localsWith = newLocals(b.size);
  switch (plan.params.length) {
    case 1:
      return (first, onSuccess) => enter(localsWith(first, undefined, undefined), onSuccess);
    case 2:
      return (first, second, onSuccess) => enter(localsWith(first, second, undefined), onSuccess);
    case 3:
      return (first, second, third, onSuccess) => enter(localsWith(first, second, third), onSuccess);
    default: {
      const { size } = b;
      return (...args) => {
        const onSuccess = args.pop();
        while (args.length < size) args.push(undefined);
        return enter(args, onSuccess);
      };
    }
  }
}

/**
 * Runs the body again at a restart.
 *
 * @param continues whether the body runs a function at each success, which needs the proof already
 */
function looped(b: ClosureBuilder, body: Step, continues: boolean): Step {
  const { loops, loopProof, linker, runtime, fn, plan } = b;
  if (!loops) return body;
  const kept = linker.recursion.isTabled(fn.predicate)
    ? plan.params.map((p) => [p, b.typed({ kind: 'local', local: p })] as const)
    : undefined;
  const loop = restarting(body, runtime, kept);
  if (loopProof === undefined) return loop;
  const { emptyProof } = linker;
  return (locals) => {
    locals[loopProof] = emptyProof;
    const ending = loop(locals);
    if (ending === succeeded && !continues) addRounds(runtime, locals[loopProof]);
    return ending;
  };
}

/** Adds the proof of the rounds before to the recorded proof. */
function addRounds(runtime: Runtime, rounds: unknown): void {
  runtime.proof = (rounds as Proof).followedBy(runtime.proof!);
}

// ── functions without locals ──

/** Builds a function that only calls another one with the same arguments. */
function buildForward({ runtime, fn, plan, linker }: ClosureBuilder, statement: Statement): Run | undefined {
  const { params } = plan;
  if (statement.kind !== 'if' || statement.next.kind !== 'succeed' || params.length > 3) return undefined;
  const { test } = statement;
  if (test.kind !== 'call' || test.likely !== undefined) return undefined;
  const { callee, args } = test;
  const isSame = args.length === params.length && args.every((arg, i) => isLocal(arg, params[i]!));
  if (!isSame || linker.recursion.mayReturn(fn.predicate, callee.predicate)) return undefined;
  return (first, second, third) => {
    if (--runtime.steps < 0) runtime.over();
    return callee.run(first, second, third);
  };
}

/** Builds a function that only searches for its second argument in a list of the first. */
function buildSearch(b: ClosureBuilder, statement: Statement): Run | undefined {
  const { runtime, plan } = b;
  const [owner, wanted] = plan.params;
  if (plan.params.length !== 2 || statement.kind !== 'read' || !isLocal(statement.base, owner!))
    return undefined;
  const found = buildAttributeFinder(b, statement);
  if (found === undefined || found.wanted !== wanted || found.next.kind !== 'succeed') return undefined;
  const { site, isExact, find, at } = found;
  return (first, second) => {
    if (--runtime.steps < 0) runtime.over();
    return find(listIn(first, site, isExact, runtime, at), second) !== noValue;
  };
}
