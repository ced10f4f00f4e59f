import { PolarError } from '../diagnostics/polar-error.js';
import { describeValue } from '../internal/describe-value.js';
import { nearNames } from '../internal/near-names.js';
import type { Policy } from '../policy/policy.js';

/** Returns the permissions that customers may put into their roles: those of the facts `grantable("read");`, in the order of the policy. */
export function grantablePermissions({ rules }: Policy): readonly string[] {
  const found = new Set<string>();
  for (const { name, parameters, body } of rules) {
    const [permission, ...others] = parameters;
    if (name !== 'grantable' || body !== undefined || others.length > 0) continue;
    if (permission?.term.kind === 'literal' && typeof permission.term.value === 'string')
      found.add(permission.term.value);
  }
  return [...found];
}

/**
 * Returns the permissions of a role that a customer makes, each once.
 *
 * @throws {PolarError} `POLAR_TYPE_INVALID_GRANTS` for anything but a list of grantable permissions
 */
export function validateGrants(grantable: readonly string[], permissions: unknown): readonly string[] {
  const isList = Array.isArray(permissions);
  // A copy has no holes, which `filter` would skip.
  const wanted = new Set<unknown>(isList ? permissions : [permissions]);
  const refused = [...wanted].filter((permission) => !isList || !grantable.includes(permission as string));
  if (refused.length === 0) return [...wanted] as string[];
  const near = refused.flatMap((text) => (typeof text === 'string' ? nearNames(text, grantable) : []));
  const found = refused.slice(0, maxShown).map(describeValue).join(', ');
  throw new PolarError('POLAR_TYPE_INVALID_GRANTS', { found, refused, grantable, near: [...new Set(near)] });
}

const maxShown = 3;
