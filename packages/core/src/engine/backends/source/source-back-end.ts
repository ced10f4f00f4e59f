import type { CompiledFunction } from '../../compiler/compiled-function.js';
import type { Linker } from '../../compiler/linker.js';
import type { Plan } from '../../compiler/plan.js';
import { maxTexts } from '../../compiler/thresholds.js';
import { noValue, type Runtime } from '../../runtime/runtime.js';
import type { Way } from '../../runtime/way.js';
import type { BackEnd } from '../back-end.js';
import { emitDispatch } from './dispatch-emitter.js';
import { type EmittedCode, preamble } from './emitted-code.js';
import type { Evaluate } from './evaluate.js';
import { emitFunction } from './function-emitter.js';
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
  const emit = (fn: CompiledFunction, plan: Plan, linker: Linker, way: Way): EmittedCode => {
    const code = emitFunction(fn, plan, linker, { way, isModule: false });
    if (!linker.hasFewClasses) return code;
    // Shared code sees the objects of all its functions. A comment keeps the texts of different classes apart while there are few.
    const types = fn.known.map((known) => (known.kind === 'types' ? known.types.id : ''));
    return { ...code, text: `${code.text} // ${types.join()}` };
  };
  return {
    kind: 'source',
    plan: (way, fn, plan, linker, runtime) => make(fn, way, emit(fn, plan, linker, way), runtime),
    dispatch: (way, fn, cases, runtime) => make(fn, way, emitDispatch(cases, way), runtime),
    waiting: {
      plan: (way, fn, plan, linker) => make(fn, way, emit(fn, plan, linker, way), undefined),
      dispatch: (way, fn, cases) => make(fn, way, emitDispatch(cases, way), undefined),
    },
  };
}
