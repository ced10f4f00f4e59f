import { TypeToken, type Authorizer } from '@nanook/core';
import { describeValue, identityOf, sha256 } from '@nanook/core/internal';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';

/**
 * The actions that one actor may perform on some resources, by one policy. It is plain data for a client, such as `@nanook/client`.
 *
 * @example
 * { key: '9f86…', answers: [{ type: 'Note', id: '1', actions: ['read'] }, { type: 'Note', actions: ['create'] }] }
 */
export interface Permissions {
  /** Identifies the actor and the policy. A client must not mix answers with different keys. */
  readonly key: string;
  /** One answer for each resource. */
  readonly answers: readonly ResourcePermissions[];
}

/** The actions on one resource. */
export interface ResourcePermissions {
  /** The name of the type in the policy. */
  readonly type: string;
  /** The key of the resource; `undefined` if the type itself is the resource, as for *create*. */
  readonly id?: string | undefined;
  /** The actions in alphabetical order; `['*']` if a rule allows every action. It is empty for a resource that the actor may not read. */
  readonly actions: readonly string[];
}

/**
 * Returns the actions that an actor may perform on each of the resources: what a page needs to show only the buttons that work. All answers
 * come from one policy. A resource that the actor may not read has no actions, like one that does not exist.
 *
 * The key is a digest of the type and the key of the actor, and of the policy that decides for this actor, with its dialect and the
 * declared types. It tells answers apart, and is not a secret.
 *
 * @param actor the user, or `null` for an anonymous actor; it may be a promise
 * @param resources rows with a key, or types for actions such as *create*
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION` for an actor or a resource without a key
 * @throws {PolarError} the errors of `actions`
 * @example
 * const permissions = await permissionsOf(authorizer, user, [note, authorizer.type('Note')]);
 */
export async function permissionsOf(
  authorizer: Authorizer,
  actor: unknown,
  resources: Iterable<unknown>,
): Promise<Permissions> {
  if (!('engineFor' in authorizer))
    throw invalid('authorizer', 'must be an Authorizer, got a CompiledAuthorizer, which cannot list actions');
  const who = await actor;
  // One engine, so that all answers have one policy, also if a reload ends in between.
  const engine = authorizer.engineFor(who);
  const { typeSets } = engine.queries.context;
  const { readAction = 'read', hideUnreadable = true } = engine.context.options;
  const answers = [...resources].map(async (given): Promise<ResourcePermissions> => {
    const resource = await given;
    const { type, id } = identityOf(resource, typeSets) ?? {};
    const isType = typeof resource === 'function' || resource instanceof TypeToken;
    if (type === undefined || (id === undefined && !isType))
      throw invalid(
        'resources',
        `must be rows of a declared type with a key, or types; got ${describeValue(resource)}`,
      );
    const found = await engine.actions(who, resource, { allowWildcard: true });
    const isShown = isType || !hideUnreadable || found.has(readAction) || found.has('*');
    return { type, ...(id !== undefined && { id }), actions: isShown ? [...found].toSorted() : [] };
  });
  return {
    key: keyOf(who, identityOf(who, typeSets), [engine.policy.hash, signatureOf(authorizer)]),
    answers: await Promise.all(answers),
  };
}

/** Returns the key of the answers for an actor. @throws for an actor without a key, whose answers would be those of all such actors */
function keyOf(actor: unknown, identity: ReturnType<typeof identityOf>, policy: readonly string[]): string {
  if (identity !== undefined && identity.id === undefined)
    throw invalid('actor', `must have a key, got ${describeValue(actor)}; declare the \`key\` of its type`);
  return digest([identity?.type ?? null, identity?.id ?? null, ...policy]).slice(0, 32);
}

const signatures = new WeakMap<Authorizer, string>();

/** Returns a digest of the types and the dialect of an authorizer, which the hash of a policy does not contain. A reload does not change them. */
function signatureOf(authorizer: Authorizer): string {
  const known = signatures.get(authorizer) ?? digest(authorizer.policy.signature);
  signatures.set(authorizer, known);
  return known;
}

const digest = (value: unknown): string => sha256(new TextEncoder().encode(JSON.stringify(value)));

const invalid = (option: string, reason: string): AuthorizationConfigError =>
  new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', { option, reason });
