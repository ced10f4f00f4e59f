import { Authorizer, typed, type AuthorizerOptions } from '@nanook/core';

const policies = {
  name: 'policy.polar',
  source: `
    actor User {}
    resource Invoice {
      permissions = ["read", "pay"];
      roles = ["accountant"];
      "read" if "accountant";
      "pay" if "accountant";
    }
    allow(actor, action, resource) if has_permission(actor, action, resource);
    has_role(user: User, role: String, _: Invoice) if role in user.roles;
  `,
};

const users = Array.from({ length: 100 }, (_, id) =>
  typed('User', { id, roles: id % 2 === 0 ? ['auditor'] : ['accountant'] }),
);
const invoices = Array.from({ length: 1_000 }, (_, id) => typed('Invoice', { id }));

export const loadAuthorizer = (options: Partial<AuthorizerOptions>): Promise<Authorizer> =>
  Authorizer.load({ policies, types: { User: {}, Invoice: {} }, denialWarnings: false, ...options });

let next = 0;

/** Makes checks, half of which are allowed. */
export function checkMany(authorizer: Authorizer, count: number): void {
  let allowed = 0;
  for (let i = 0; i < count; i++) {
    next++;
    if (authorizer.canSync(users[next % users.length], 'pay', invoices[next % invoices.length])) allowed++;
  }
  if (Math.abs(allowed * 2 - count) > 1) throw new Error(`${allowed} of ${count} checks were allowed`);
}
