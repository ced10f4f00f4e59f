import type { CompiledFunction } from '../../compiler/compiled-function.js';
import type { Linker } from '../../compiler/linker.js';
import type { SharedPlan } from '../../compiler/shared-plan.js';
import { hotCalls, maxTexts } from '../../compiler/thresholds.js';
import { noValue, type Runtime } from '../../runtime/runtime.js';
import type { Way } from '../../runtime/way.js';
import type { BackEnd } from '../back-end.js';
import { emitDispatch } from './dispatch-emitter.js';
import { type EmittedCode, preamble } from './emitted-code.js';
import type { Evaluate } from './evaluate.js';
import { emitOwnFunction, SharedCode } from './shared-code.js';
import { sourceUrl } from './source-url.js';

/**
 * @param evaluate makes functions of texts
 * @param onSource receives the text of each function
 */
export function sourceBackEnd(
  evaluate: Evaluate,
  onSource?: (fn: CompiledFunction, way: Way, text: string) => void,
): BackEnd {
  // Functions with the same text share one, and V8 compiles it once. The first of them names it.
  const makers = new Map<string, (...values: unknown[]) => unknown>();
  const make = <W extends Way>(
    fn: CompiledFunction,
    way: W,
    { text, constants }: EmittedCode,
    runtime: Runtime | undefined,
  ): CompiledFunction[W] => {
    onSource?.(fn, way, text);
    let maker = makers.get(text);
    if (maker === undefined) {
      if (makers.size >= maxTexts) makers.clear();
      makers.set(text, (maker = evaluate(preamble, text + sourceUrl(fn, way))));
    }
    return maker(runtime, noValue, constants) as CompiledFunction[W];
  };
  const codes = new SharedCode();
  const emit = (plan: SharedPlan, linker: Linker, way: Way): EmittedCode =>
    codes.of(plan, linker, { way, isModule: false, isCold: false });
  const emitOwn = (fn: CompiledFunction, plan: SharedPlan, linker: Linker, way: Way): EmittedCode =>
    codes.hasFewFunctions(plan) ? ofTypes(fn, emitOwnFunction(plan, linker, way)) : emit(plan, linker, way);
  /**
   * Makes a function of shared code. It gets code of its own once it is called often, if few functions share the code: the shared code sees
   * the objects of all of them. Where many do, V8 would optimize each of them, which takes a million checks.
   */
  const makeRun = (
    fn: CompiledFunction,
    plan: SharedPlan,
    linker: Linker,
    runtime: Runtime,
  ): CompiledFunction['run'] => {
    codes.addFunction(plan);
    const shared = make(fn, 'run', emit(plan, linker, 'run'), runtime);
    if (!codes.hasFewFunctions(plan)) return shared;
    let calls = 0;
    return (...args) => {
      if (++calls === hotCalls)
        fn.run = codes.hasFewFunctions(plan)
          ? make(fn, 'run', emitOwn(fn, plan, linker, 'run'), runtime)
          : shared;
      return shared(...args);
    };
  };
  return {
    kind: 'source',
    plan: <W extends 'run' | 'runAll'>(
      way: W,
      fn: CompiledFunction,
      plan: SharedPlan,
      linker: Linker,
      runtime: Runtime,
    ) =>
      way === 'run'
        ? (makeRun(fn, plan, linker, runtime) as CompiledFunction[W])
        : make(fn, way, emitOwn(fn, plan, linker, way), runtime),
    dispatch: (way, fn, cases, runtime) => make(fn, way, emitDispatch(cases, way), runtime),
    waiting: {
      plan: (way, fn, plan, linker) => make(fn, way, emitOwn(fn, plan, linker, way), undefined),
      dispatch: (way, fn, cases) => make(fn, way, emitDispatch(cases, way), undefined),
    },
  };
}

/** Returns the same code with a comment that keeps its text apart from the texts for other types. */
const ofTypes = ({ known }: CompiledFunction, code: EmittedCode): EmittedCode => ({
  ...code,
  text: `${code.text} // ${known.map((k) => (k.kind === 'types' ? k.types.id : '')).join()}`,
});
