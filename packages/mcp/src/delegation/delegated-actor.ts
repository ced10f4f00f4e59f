import { describeValue } from '@nanook/core/internal';
import type { AuthInfo, McpRequestContext } from '@modelcontextprotocol/server';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';
import { createAgent, type Agent } from './agent.js';

/** The claims of a verified access token. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** An agent that an access token names, for the record that the application has of it. */
export interface NamedAgent<User = unknown> {
  readonly id: string;
  /** The user at the end of the chain. */
  readonly user: User;
  /** The identifier of the actor for whom the agent acts: the next agent, or the subject of the token. */
  readonly onBehalfOf: string;
  readonly claims: TokenClaims;
}

/** The application's own record of an agent, or of a delegation. It can only narrow what the token delegates. */
export interface AgentRecord {
  /** The scopes that the agent may use. Default: all. */
  readonly scopes?: readonly string[];
  /** The time until which the agent may act. Default: the end of the token. */
  readonly until?: Date | null;
  readonly purpose?: string | null;
}

/** Options for {@link delegatedActor}. */
export interface DelegationOptions<User> {
  /** The URL of this server. A token for another resource is refused, and so is one without a resource. */
  readonly resource: string | URL;
  /** Finds the user that the token names as its subject; `undefined` and `null` for an unknown or locked one. */
  readonly user: (
    subject: string,
    claims: TokenClaims,
  ) => User | null | undefined | PromiseLike<User | null | undefined>;
  /** Finds the record of an agent; `undefined` and `null` for an agent that may not act. Default: each agent that a token names may act. */
  readonly agent?: (
    agent: NamedAgent<User>,
  ) => AgentRecord | null | undefined | PromiseLike<AgentRecord | null | undefined>;
  /**
   * `'every-actor'`: each actor of the claim `act` limits the agent, so every one needs a record. `'current-actor'`: only the outermost
   * one, as RFC 8693 defines it; the others are for the log of the authorization server. Default `'every-actor'`.
   */
  readonly chain?: 'every-actor' | 'current-actor';
  /** Returns the claims of the token. Default: `authInfo.extra`. */
  readonly claims?: (authInfo: AuthInfo) => TokenClaims | undefined;
}

/** The most actors of a chain. */
const mostActors = 8;

/**
 * Creates the option `actor` of a server for agents that act on behalf of users: it makes an {@link Agent} from a verified access token. The
 * subject of the token is the user. The agent is the actor of the claim `act`, and without this claim the client.
 *
 * The function returns `undefined`, for an anonymous actor, if there is no token, or the token has no subject, or the user is unknown.
 *
 * @throws {NanookMcpError} `NANOOK_MCP_INVALID_OPTION`; the function that it returns, `NANOOK_MCP_TOKEN` for a token that is for another
 *   resource, expired or malformed, and for an agent that may not act
 * @example
 * const actor = delegatedActor({ resource: 'https://mcp.example.com/mcp', user: (subject) => findUser(subject) });
 * const server = new AuthorizedMcpServer(info, { authorizer, actor });
 */
export function delegatedActor<User>(
  options: DelegationOptions<User>,
): (request: McpRequestContext) => Promise<Agent<User> | undefined> {
  const { chain = 'every-actor' } = options;
  const expected = checkOptions(options);
  return async ({ authInfo }) => {
    if (authInfo === undefined) return undefined;
    checkToken(authInfo, expected);
    const claims = options.claims === undefined ? authInfo.extra : options.claims(authInfo);
    const subject = claims?.['sub'];
    if (claims === undefined || subject === undefined) return undefined;
    if (!isName(subject)) throw refused(`its claim \`sub\` must be a text, got ${describeValue(subject)}`);
    const ids = actorsOf(claims, authInfo.clientId);
    const user = await options.user(subject, claims);
    if (user === undefined || user === null) return undefined;
    // The last actor is the first one: it acts for the user.
    const acting = chain === 'every-actor' ? ids : ids.slice(0, 1);
    const records: Link[] = [];
    for (const [i, id] of acting.entries()) {
      const onBehalfOf = acting[i + 1] ?? subject;
      // oxlint-disable-next-line no-await-in-loop -- a chain is short, and the first unknown agent ends it
      const record = options.agent === undefined ? {} : await options.agent({ id, user, onBehalfOf, claims });
      if (record === undefined || record === null)
        throw refused(`the agent "${id}" may not act for ${onBehalfOf}`);
      records.push(checkRecord(id, record));
    }
    const expires = new Date(authInfo.expiresAt! * 1_000);
    return chainOfAgents(
      { links: records, client: authInfo.clientId, subject, expires, user },
      authInfo.scopes,
    );
  };
}

interface Link {
  readonly id: string;
  readonly record: AgentRecord;
}

/** A chain of agents, without the scopes of the token. */
interface Chain<User> {
  readonly links: readonly Link[];
  readonly client: string;
  readonly subject: string;
  readonly expires: Date;
  readonly user: User;
}

/** Creates the agents from the last one, which acts for the user, to the current one. */
function chainOfAgents<User>(chain: Chain<User>, scopes: readonly string[]): Agent<User> {
  const { links, client, subject, expires, user } = chain;
  const withMore = (more: readonly string[]): Agent<User> =>
    chainOfAgents(chain, [...new Set([...scopes, ...more])]);
  let principal: User | Agent<User> = user;
  for (const { id, record } of links.toReversed()) {
    const limit = record.scopes;
    const own = limit === undefined ? [...scopes] : scopes.filter((scope) => limit.includes(scope));
    const until = record.until && record.until < expires ? record.until : expires;
    const purpose = record.purpose ?? null;
    principal = createAgent<User>(
      { id, client, subject, scopes: own, until, purpose, onBehalfOf: principal },
      withMore,
    );
  }
  return principal as Agent<User>;
}

/** Returns the actors of a token, the current one first. */
function actorsOf(claims: TokenClaims, clientId: unknown): readonly string[] {
  const ids: string[] = [];
  let act = claims['act'];
  while (act !== undefined) {
    const id: unknown = typeof act === 'object' && act !== null ? (act as { sub?: unknown }).sub : undefined;
    if (!isName(id)) throw refused(`its claim \`act\` must have a text \`sub\`, got ${describeValue(id)}`);
    ids.push(id);
    if (ids.length > mostActors) throw refused(`its claim \`act\` has more than ${mostActors} actors`);
    act = (act as { act?: unknown }).act;
  }
  if (ids.length > 0) return ids;
  if (!isName(clientId)) throw refused('it names neither an actor nor a client');
  return [clientId];
}

function checkToken({ resource, expiresAt, scopes }: AuthInfo, expected: string): void {
  if (resource === undefined) throw refused('it names no resource, so it may be for another server');
  if (comparable(resource) !== expected) throw refused(`it is for ${String(resource)}, not for ${expected}`);
  // An infinite number is not a date, and a comparison with it would be false in both directions.
  if (typeof expiresAt !== 'number' || Number.isNaN(new Date(expiresAt * 1_000).getTime()))
    throw refused('it does not expire');
  if (expiresAt * 1_000 <= Date.now()) throw refused('it has expired');
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string'))
    throw refused(`its scopes must be a list of texts, got ${describeValue(scopes)}`);
}

function checkRecord(id: string, record: AgentRecord): Link {
  // `false` would otherwise be a record without limits.
  if (typeof record !== 'object')
    throw refused(`the record of the agent "${id}" must be an object, got ${describeValue(record)}`);
  const { scopes, until, purpose } = record;
  if (scopes !== undefined && !Array.isArray(scopes))
    throw refused(`the record of the agent "${id}" must have a list of scopes, got ${describeValue(scopes)}`);
  if (until !== undefined && until !== null && !(until instanceof Date && !Number.isNaN(until.getTime())))
    throw refused(`the record of the agent "${id}" must have a Date \`until\`, got ${describeValue(until)}`);
  if (purpose !== undefined && purpose !== null && typeof purpose !== 'string')
    throw refused(
      `the record of the agent "${id}" must have a text \`purpose\`, got ${describeValue(purpose)}`,
    );
  return { id, record };
}

/** @returns the resource, for comparisons */
function checkOptions<User>({ resource, user, agent, chain, claims }: DelegationOptions<User>): string {
  if (!URL.canParse(String(resource)))
    throw invalid('resource', `must be the URL of this server, got ${describeValue(resource)}`);
  for (const [name, hook] of Object.entries({ user, agent, claims }))
    if ((name === 'user' || hook !== undefined) && typeof hook !== 'function')
      throw invalid(name, `must be a function, got ${describeValue(hook)}`);
  if (chain !== undefined && chain !== 'every-actor' && chain !== 'current-actor')
    throw invalid('chain', `must be 'every-actor' or 'current-actor', got ${describeValue(chain)}`);
  return comparable(resource);
}

/** Returns a resource without its hash and without a slash at its end. */
const comparable = (resource: string | URL): string =>
  new URL(resource).href.replace(/#.*$/, '').replace(/\/$/, '');

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

const refused = (reason: string): NanookMcpError => new NanookMcpError('NANOOK_MCP_TOKEN', { reason });

const invalid = (option: string, reason: string): NanookMcpError =>
  new NanookMcpError('NANOOK_MCP_INVALID_OPTION', { option, reason });
