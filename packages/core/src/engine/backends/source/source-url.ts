import type { CompiledFunction } from '../../compiler/compiled-function.js';
import { factText } from '../../compiler/print-plan.js';
import type { Way } from '../../runtime/way.js';

/** Returns the comment that names a generated text in profilers, debuggers and stack traces. */
export function sourceUrl({ predicate, known }: CompiledFunction, way: Way): string {
  const facts = known.map((k) => (k.kind === 'literal' ? String(k.value) : factText(k)));
  return `\n//# sourceURL=nanook:///${[predicate.name, ...facts].map(urlPart).join('/')}.${way}.js`;
}

/** Replaces all characters that could end the comment or need an encoding. */
const urlPart = (text: string): string => text.slice(0, 60).replace(/[^\w$:-]+/g, '_') || '_';
