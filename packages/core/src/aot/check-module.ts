import { PolarError } from '../diagnostics/polar-error.js';
import { moduleFormat, type PolicyModule } from '../engine/backends/module/policy-module.js';
import { signatureOf } from '../engine/backends/module/signature.js';
import type { Equality } from '../engine/equality.js';
import type { PlainTypeSets } from '../host/plain-type-sets.js';
import { describe, describeValue, show } from '../internal/descriptions.js';

/** Checks that a value is a policy that this version has compiled. @throws {PolarError} `POLAR_LOAD_MODULE_FORMAT` */
export function checkFormat(module: PolicyModule): void {
  const found: unknown = (module as Partial<PolicyModule> | undefined)?.format;
  if (found !== moduleFormat) throw notCompiled(module, found);
  const { sources, unions, parts, make } = module as Partial<PolicyModule>;
  const isWhole =
    Array.isArray(sources) &&
    Array.isArray(parts) &&
    Array.isArray(unions?.Actor) &&
    Array.isArray(unions.Resource) &&
    typeof make === 'function' &&
    typeof (module.declared as unknown) === 'object' &&
    (module.declared as unknown) !== null;
  if (!isWhole)
    throw new PolarError('POLAR_LOAD_MODULE_FORMAT', {
      found: 'an incomplete module',
      advice: 'compile it again',
    });
}

/** Checks that types, constants and equality are those of the policy. @throws {PolarError} `POLAR_LOAD_MODULE_MISMATCH` */
export function checkSignature(
  { declared }: PolicyModule,
  typeSets: PlainTypeSets,
  equality: Equality,
): void {
  const given = signatureOf(typeSets.types, typeSets, equality);
  for (const name of new Set([...Object.keys(declared), ...Object.keys(given)])) {
    const [was = 'none', is = 'none'] = [declared[name], given[name]];
    if (was !== is) throw new PolarError('POLAR_LOAD_MODULE_MISMATCH', { name, compiled: was, given: is });
  }
}

function notCompiled(module: unknown, format: unknown): PolarError {
  const found = format === undefined ? describeValue(module) : `a policy of format ${show(format)}`;
  return new PolarError('POLAR_LOAD_MODULE_FORMAT', {
    found,
    advice: describe().moduleAdvice(module, format),
  });
}
