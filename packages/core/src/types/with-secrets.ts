import { PolarError } from '../diagnostics/polar-error.js';
import { describeValue } from '../internal/describe-value.js';
import { didYouMean } from '../internal/near-names.js';
import { isClass } from './plain-type-table.js';
import {
  secret,
  type FieldTypeInput,
  type Secret,
  type TypeInput,
  type TypesInput,
} from './type-declaration.js';

/**
 * Returns declarations in which more fields are secret: for declarations that an ORM made from its columns.
 *
 * @param secrets the names of the fields by type
 * @throws {PolarError} `POLAR_TYPE_INVALID_DECLARATION` for a type or a field that is not declared
 * @example
 * const types = withSecrets(typesFromDrizzle({ User: users }), { User: ['email', 'phone'] });
 */
export function withSecrets<Types extends TypesInput>(
  types: Types,
  secrets: { readonly [Type in keyof Types]?: readonly string[] },
): Types {
  const changed: Record<string, TypeInput> = { ...types };
  for (const [type, names = []] of Object.entries<readonly string[] | undefined>(secrets)) {
    const declared = Object.hasOwn(types, type) ? types[type] : undefined;
    if (declared === undefined) throw unknown(type, `the type \`${type}\``, type, Object.keys(types));
    if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
      const reason = `\`withSecrets\` needs a list of names of fields, such as ['email'], got ${describeValue(names)}`;
      throw new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name: type, reason });
    }
    const fields: Record<string, FieldTypeInput> = isClass(declared) ? {} : { ...declared.fields };
    for (const name of names) {
      if (!Object.hasOwn(fields, name))
        throw unknown(type, `the field \`${name}\``, name, Object.keys(fields));
      fields[name] = secret(fields[name] as Secret['secret']);
    }
    changed[type] = { ...(declared as object), fields };
  }
  return changed as Types;
}

const unknown = (type: string, what: string, name: string, known: readonly string[]): PolarError => {
  const reason = `${what} in \`withSecrets\` must be declared${didYouMean(name, known)}`;
  return new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name: type, reason });
};
