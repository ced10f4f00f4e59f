import type { CompiledFunction } from '../../compiler/compiled-function.js';
import type { Linker } from '../../compiler/linker.js';
import type { Plan } from '../../compiler/plan.js';
import { noValue, type Runtime } from '../../runtime/runtime.js';
import type { Way } from '../../runtime/way.js';
import type { BackEnd } from '../back-end.js';
import { emitDispatch } from './dispatch-emitter.js';
import { type EmittedCode, preamble } from './emitted-code.js';
import type { Evaluate } from './evaluate.js';
import { emitFunction } from './function-emitter.js';

/** @param evaluate makes functions of texts */
export function sourceBackEnd(evaluate: Evaluate): BackEnd {
  // Functions with the same text share one, and V8 compiles it once.
  const makers = new Map<string, (...values: unknown[]) => unknown>();
  const make = <W extends Way>(
    { text, constants }: EmittedCode,
    runtime: Runtime | undefined,
  ): CompiledFunction[W] => {
    let maker = makers.get(text);
    if (maker === undefined) makers.set(text, (maker = evaluate(preamble, text)));
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
    plan: (way, fn, plan, linker, runtime) => make(emit(fn, plan, linker, way), runtime),
    dispatch: (way, _fn, cases, runtime) => make(emitDispatch(cases, way), runtime),
    waiting: {
      plan: (way, fn, plan, linker) => make(emit(fn, plan, linker, way), undefined),
      dispatch: (way, _fn, cases) => make(emitDispatch(cases, way), undefined),
    },
  };
}
