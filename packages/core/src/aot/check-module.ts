import { PolarError } from '../diagnostics/polar-error.js';
import { moduleFormat, type PolicyModule } from '../engine/backends/module/policy-module.js';
import { signatureOf } from '../engine/backends/module/signature.js';
import type { Equality } from '../engine/equality.js';
import type { PlainTypeSets } from '../host/plain-type-sets.js';
import { describe } from '../internal/descriptions.js';

/** Checks that a value is a policy that this version has compiled. @throws {PolarError} `POLAR_LOAD_MODULE_FORMAT` */
export function checkFormat(module: Partial<PolicyModule>): void {
  if ((module as Partial<PolicyModule> | undefined)?.format !== moduleFormat)
    throw wrongModule('format', module);
  for (const name of ['sources', 'unions', 'parts', 'declared', 'make'] as const)
    if (module[name] === undefined) throw wrongModule(name, module);
}

/** Creates the error for a module that is not a whole policy. @param problem the name of what is missing, or a word for it */
export const wrongModule = (problem: string, module: unknown): PolarError =>
  new PolarError('POLAR_LOAD_MODULE_FORMAT', describe().moduleProblem(problem, module));

/** Checks that types, constants and equality are those of the policy. @throws {PolarError} `POLAR_LOAD_MODULE_MISMATCH` */
export function checkSignature(
  { declared }: PolicyModule,
  typeSets: PlainTypeSets,
  equality: Equality,
): void {
  const given = signatureOf(typeSets.types, typeSets, equality);
  for (const name in { ...declared, ...given }) {
    const [was = 'none', is = 'none'] = [declared[name], given[name]];
    if (was !== is) throw new PolarError('POLAR_LOAD_MODULE_MISMATCH', { name, compiled: was, given: is });
  }
}
