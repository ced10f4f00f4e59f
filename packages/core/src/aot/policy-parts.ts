import type { Parts, PolicyModule } from '../engine/backends/module/policy-module.js';
import { noValue } from '../engine/runtime/runtime.js';
import { type Declarations, uncheckedDeclarations } from '../types/plain-type-table.js';
import { wrongModule } from './check-module.js';

let provided: { readonly parts: Parts; readonly declarations: Declarations } | undefined;

/** Provides all parts, also for policies that import none, and replaces the unchecked declarations. */
export function provideParts(parts: Parts, declarations: Declarations): void {
  provided = { parts, declarations };
}

/** Returns at least the parts that a policy needs, which are the only ones that it uses. @throws {PolarError} `POLAR_LOAD_MODULE_FORMAT` when one of them is missing */
export function partsOf(module: PolicyModule): Parts {
  if (provided !== undefined) return provided.parts;
  const { parts, imported } = module;
  for (const part of parts) if (imported?.[part] === undefined) throw wrongModule(part, module);
  // Each copy of the package has its own symbol for a missing result.
  if (parts.length > 0 && imported?.noValue !== noValue) throw wrongModule('noValue', module);
  return (imported ?? {}) as Parts;
}

/** Returns the code that links declarations. */
export function declarationsOf(parts: Partial<Parts>): Declarations {
  return (
    provided?.declarations ?? {
      ...uncheckedDeclarations,
      link(declared, table) {
        parts.linkFields?.(declared, table);
        parts.linkRelations?.(declared, table);
      },
    }
  );
}
