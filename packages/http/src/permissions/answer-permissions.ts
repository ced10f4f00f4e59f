import { isPolarError, typed, type Authorizer } from '@nanook/core';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { statusTitle } from '../refusals/status-title.js';
import type { RequestAuthorization } from '../request/request-authorization.js';
import { permissionsOf, type Permissions, type ResourcePermissions } from '../request/permissions.js';
import { findResource, type PermissionsOptions } from './permissions-options.js';

/** A response to a client that asks about permissions. */
export interface PermissionsReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const expectedBody = 'the body must be { "resources": [{ "type": "Note", "id": "1" }] }, with texts as ids';

/** A resource that a client asks about: a row by its id, or the type itself. */
interface AskedResource {
  readonly type: string;
  readonly id: string | undefined;
}

/** Longer names and ids exist in no application. Without a limit, a response could be much longer than its useful part. */
const maxLength = 256;

/**
 * Answers a client that asks which actions its actor may perform on some resources: `{ "resources": [{ "type": "Note", "id": "1" }] }`, with
 * {@link Permissions}. The answer about a row that does not exist, that the actor may not read, or whose type has no loader is the same: no
 * actions. It checks the request itself, with the rules `allow_request`.
 *
 * @param body the parsed body of the request; `undefined` for a body that is not JSON
 * @param context the request, for the loaders
 * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
 * @throws {ForbiddenError} when the policy refuses the request itself
 * @throws the errors of the loaders
 * @internal for adapters
 */
export async function answerPermissions<Context>(
  authz: RequestAuthorization,
  body: unknown,
  options: PermissionsOptions<Context>,
  context: Context,
): Promise<PermissionsReply> {
  if (authz.hasRequestRules) await authz.authorizeRequest();
  const actor = await authz.actor();
  if (body === undefined) return refused(415, 'the body must be JSON, with its Content-Type');
  const { resources } = (body ?? {}) as { readonly resources?: unknown };
  if (!Array.isArray(resources)) return refused(400, expectedBody);
  const { maxResources = 100 } = options;
  if (resources.length > maxResources)
    return refused(413, `a request can have at most ${maxResources} resources`);
  const asked = askedResources(resources);
  if (asked === undefined) return refused(400, expectedBody);
  const authorizer = authz.pinned;
  const rows = await Promise.all(asked.map((each) => resourceOf(authorizer, options, each, context)));
  const { key, answers } = await permissionsOf(
    authorizer,
    actor,
    rows.filter((row) => row !== undefined),
  );
  let next = 0;
  const all = asked.map(({ type, id }, i): ResourcePermissions => {
    const actions = rows[i] === undefined ? [] : answers[next++]!.actions;
    return id === undefined ? { type, actions } : { type, id, actions };
  });
  return reply(200, { key, answers: all } satisfies Permissions);
}

/** Returns the row or the type that a client asks about; `undefined` if it does not exist. */
async function resourceOf<Context>(
  authorizer: Authorizer,
  options: PermissionsOptions<Context>,
  { type, id }: AskedResource,
  context: Context,
): Promise<object | undefined> {
  if (id === undefined) return findType(authorizer, type);
  const row = await findResource(options, type, id, context);
  if (row === undefined || row === null) return undefined;
  const found = authorizer.policy.typesOf(row);
  if (found.includes(type)) return row;
  const other = found.find((name) => name !== 'Dictionary');
  if (other === undefined) return typed(type, row);
  throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
    option: 'resources',
    reason: `must find rows of the type ${type}, but its loader found one of the type ${other}`,
  });
}

/** Returns a type itself; `undefined` if the policy does not have it. */
function findType(authorizer: Authorizer, name: string): object | undefined {
  try {
    return authorizer.type(name as never);
  } catch (error) {
    if (isPolarError(error) && error.code === 'POLAR_TYPE_UNKNOWN_TYPE') return undefined;
    throw error;
  }
}

/** Returns the resources that a client asks about, each once; `undefined` if one of them is not a resource. */
function askedResources(resources: readonly unknown[]): readonly AskedResource[] | undefined {
  const asked = new Map<string, AskedResource>();
  for (const each of resources) {
    const { type, id } = (each ?? {}) as { readonly type?: unknown; readonly id?: unknown };
    if (!isName(type) || !(id === undefined || isName(id))) return undefined;
    asked.set(JSON.stringify([type, id]), { type, id });
  }
  return [...asked.values()];
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= maxLength;

/** An answer is for one client at one moment, so no cache may keep it. */
const common = { 'Cache-Control': 'private, no-store', 'X-Content-Type-Options': 'nosniff' };

const reply = (status: number, body: object): PermissionsReply => ({
  status,
  headers: { ...common, 'Content-Type': status === 200 ? 'application/json' : 'application/problem+json' },
  body: JSON.stringify(body),
});

/** Refuses a request that no correct client sends. */
export const refused = (status: number, detail: string): PermissionsReply =>
  reply(status, { type: 'about:blank', title: statusTitle(status), status, detail });
