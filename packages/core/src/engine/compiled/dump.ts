import { placeOf } from '../../diagnostics/span.js';
import type { CompiledFunction } from '../compiler/compiled-function.js';
import { NotCompilable } from '../compiler/not-compilable.js';
import { printPlan, signatureOf } from '../compiler/print-plan.js';
import type { Plan } from '../compiler/plan.js';
import type { Way } from '../runtime/way.js';

// The environment of the process, on platforms that have one.
declare const process: { readonly env?: { readonly NANOOK_DUMP?: string } } | undefined;

/** Prints the compiled functions of a policy, for people who want to understand or to improve them. */
export interface Dump {
  readonly plan: (fn: CompiledFunction, plan: Plan) => void;
  readonly source: (fn: CompiledFunction, way: Way, text: string) => void;
  /** Prints why the machine runs a function. */
  readonly notCompiled: (fn: CompiledFunction, reason: NotCompilable | RangeError) => void;
}

/** Returns the printer that the environment variable `NANOOK_DUMP` asks for: `plan`, `source`, or both, separated by a comma. */
export function dumpFromEnvironment(): Dump | undefined {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- not every platform has it
  const wanted = typeof process === 'undefined' ? undefined : process.env?.NANOOK_DUMP;
  if (!wanted) return undefined;
  const parts = new Set(wanted.split(',').map((part) => part.trim()));
  return {
    plan: (fn, plan) => {
      if (parts.has('plan')) console.error(`[nanook] plan of ${printPlan(fn, plan)}\n`);
    },
    source: (fn, way, text) => {
      if (parts.has('source')) console.error(`[nanook] source of ${signatureOf(fn)}, ${way}\n${text}\n`);
    },
    notCompiled: (fn, reason) =>
      console.error(
        `[nanook] ${signatureOf(fn)} is not compiled, because it has ${reasonText(reason)}; the machine runs it\n`,
      ),
  };
}

function reasonText(reason: NotCompilable | RangeError): string {
  if (!(reason instanceof NotCompilable)) return 'too many nested goals';
  return reason.at === undefined ? reason.why : `${reason.why} (${placeOf(reason.at)})`;
}
