import { PolarError } from '../diagnostics/polar-error.js';
import { nearNames } from '../internal/near-names.js';
import { TypeToken, type DeclaredType } from '../types/declared-type.js';
import type { TypeName } from '../types/policy-types.js';
import type { Class } from '../types/type-declaration.js';
import type { TypeTable } from '../types/type-table.js';
import { validateArgument, isText } from './validate-options.js';

/** A type as an application names it: by its name, its class, or the result of `authorizer.type(name)`. */
export type TypeReference = Class | TypeToken | TypeName;

/** Returns the declared type that an argument of `call` names. @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE` */
export function findType(types: TypeTable, call: string, resource: TypeReference): DeclaredType {
  validateArgument(call, resource, "a type: a class, a name, or the result of type('Name')", isTypeReference);
  const named = typeof resource === 'object' ? resource.name : resource;
  const found =
    typeof named === 'string'
      ? types.find(named)
      : // An unregistered class has the type of its nearest registered base class, as its instances have.
        (types.findByClass(named) ?? types.ancestorsOfClass(named)[0]);
  if (found !== undefined) return found;
  const name = typeof named === 'string' ? named : named.name;
  throw new PolarError('POLAR_TYPE_UNKNOWN_TYPE', { name, known: nearNames(name, types.typeNames) });
}

const isTypeReference = (value: unknown): boolean =>
  isText(value) || typeof value === 'function' || value instanceof TypeToken;
