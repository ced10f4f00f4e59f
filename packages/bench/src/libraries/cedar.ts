import type { CedarValueJson, EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Check } from '../library.ts';

export interface CedarRequest {
  readonly principal: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly entities: EntityJson[];
  readonly context?: Record<string, CedarValueJson>;
}

export const reference = (type: string, id: string): CedarValueJson => ({ __entity: { type, id } });

export const entity = (
  type: string,
  id: string,
  attrs: Record<string, CedarValueJson> = {},
  parents: EntityJson['parents'] = [],
): EntityJson => ({ uid: { type, id }, attrs, parents });

/** Parses the policies once. Each check passes the entities that it needs as JSON, which is the intended use of Cedar. */
export async function cedar<A, R>(
  policies: string,
  requestOf: (actor: A, action: string, resource: R) => CedarRequest,
): Promise<Check> {
  const { preparsePolicySet, statefulIsAuthorized } = await import('@cedar-policy/cedar-wasm/nodejs');
  const parsed = preparsePolicySet('policies', { staticPolicies: policies });
  if (parsed.type === 'failure') throw new Error(parsed.errors.map(({ message }) => message).join('\n'));
  return (actor: A, action, resource: R) => {
    const request = requestOf(actor, action, resource);
    const answer = statefulIsAuthorized({
      principal: { type: 'User', id: request.principal },
      action: { type: 'Action', id: action },
      resource: request.resource,
      context: request.context ?? {},
      preparsedPolicySetId: 'policies',
      entities: request.entities,
    });
    if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('\n'));
    const [fault] = answer.response.diagnostics.errors;
    if (fault !== undefined) throw new Error(fault.error.message);
    return answer.response.decision === 'allow';
  };
}
