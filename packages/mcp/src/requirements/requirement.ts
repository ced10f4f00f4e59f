import type { ActionOnRows, ActionOnType, Authorizer, TypeReference } from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import { checkSource, type RequestAuthorization } from '@nanook/http';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';
import { isSkipped, type SkippedAuthorization } from './skip-authorization.js';

/** The second argument of a loader. */
export interface LoaderContext {
  readonly authz: RequestAuthorization;
  /** Aborts when the request is canceled. */
  readonly signal: AbortSignal;
}

/** A function that loads the resource of a call from its arguments; it may be async. `null` and `undefined` mean *not found*. */
export type ResourceLoader<Args, Resource> = (args: Args, context: LoaderContext) => Resource;

/**
 * The requirement of a tool, a resource or a prompt:
 *
 * - `['create', 'Note']`: the action on the type itself;
 * - `['delete', 'Note', ({ id }) => findNote(id)]`: the action on the row that the function finds;
 * - `['delete', 'Note', 'id']`: the action on the row whose key is in this argument, from the database of the authorizer;
 * - `skipAuthorization('reason')`: none.
 */
export type Requirement<Args, Type extends TypeReference = TypeReference, Resource = unknown> =
  | readonly [action: ActionOnType<Type>, type: Type]
  | readonly [
      action: ActionOnRows<Type>,
      type: Type,
      resource: Extract<keyof Args, string> | ResourceLoader<Args, Resource>,
    ]
  | SkippedAuthorization;

/** A requirement that was checked when the server started. */
export type CheckedRequirement =
  | { readonly kind: 'skip' }
  | { readonly kind: 'type'; readonly action: string; readonly type: TypeReference }
  | {
      readonly kind: 'row';
      readonly action: string;
      readonly type: TypeReference;
      readonly load: string | ResourceLoader<unknown, unknown>;
    };

/** A tool, a resource or a prompt, for messages. */
export interface ItemName {
  readonly kind: 'tool' | 'resource' | 'prompt';
  readonly name: string;
}

/**
 * Checks a requirement when the server starts.
 *
 * @throws {NanookMcpError} `NANOOK_MCP_NO_REQUIREMENT`; `NANOOK_MCP_UNGRANTABLE` if no rule of the policy can allow it
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_RETURN` for a loader without `return`
 */
export function checkRequirement(
  authorizer: Authorizer,
  item: ItemName,
  requirement: unknown,
): CheckedRequirement {
  if (isSkipped(requirement)) return { kind: 'skip' };
  const [action, type, load, ...rest] = Array.isArray(requirement) ? (requirement as unknown[]) : [];
  const isLoad =
    load === undefined || typeof load === 'function' || (typeof load === 'string' && load !== '');
  const length = Array.isArray(requirement) ? requirement.length : 0;
  // `['delete', 'Note', findNote]` with an undefined function must not become the action on the type.
  const isWhole = length === 2 || (length === 3 && load !== undefined);
  if (typeof action !== 'string' || action === '' || !isType(type) || !isLoad || !isWhole || rest.length > 0)
    throw new NanookMcpError('NANOOK_MCP_NO_REQUIREMENT', {
      ...item,
      found: describeRequirement(requirement),
    });
  if (typeof load === 'function') checkSource(action, load);
  try {
    if (load === undefined) authorizer.policy.requireGrant(action, type, { resource: 'type' });
    else authorizer.policy.requireGrant(action, type, { resource: 'instance' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NanookMcpError('NANOOK_MCP_UNGRANTABLE', { ...item, reason }, { cause: error });
  }
  return load === undefined
    ? { kind: 'type', action, type }
    : { kind: 'row', action, type, load: load as string | ResourceLoader<unknown, unknown> };
}

const isType = (type: unknown): type is TypeReference =>
  (typeof type === 'string' && type !== '') ||
  typeof type === 'function' ||
  (typeof type === 'object' && type !== null && typeof (type as { name?: unknown }).name === 'string');

const describeRequirement = (requirement: unknown): string =>
  Array.isArray(requirement)
    ? `[${requirement.map((part: unknown) => (typeof part === 'string' ? `'${part}'` : describeValue(part))).join(', ')}]`
    : describeValue(requirement);
