// The calls of an application with the types of `nanook typegen`, for the policy that `nanook init` writes.
import { typed, type Authorizer } from '@nanook/core';
import { authorize } from '@nanook/express';

export async function show(authorizer: Authorizer, user: unknown) {
  const note = typed('Note', { id: 1, isPublic: true });
  await authorizer.authorize(user, 'read', note);
  authorize('read', () => note);
  // @ts-expect-error -- no action of the policy
  await authorizer.authorize(user, 'reads', note);
  // @ts-expect-error -- no action of the policy
  authorize('reads', () => note);
  // @ts-expect-error -- no type of the policy
  typed('Notes', { id: 1 });
}
