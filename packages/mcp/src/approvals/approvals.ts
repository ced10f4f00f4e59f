import type { Authorizer } from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import {
  acceptedContent,
  createRequestStateCodec,
  inputRequired,
  type InputRequiredResult,
  type McpServerOptions,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { createHash, randomUUID } from 'node:crypto';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';
import { actorKey } from './actor-key.js';
import { MemoryApprovalStore, type ApprovalStore } from './approval-store.js';
import { canonicalJson } from './canonical-json.js';

/** A call that the user has to confirm. */
export interface ApprovalCall<Actor = unknown> {
  readonly actor: Actor;
  readonly action: string;
  readonly resource: unknown;
  /** The name of the tool, the resource or the prompt. */
  readonly name: string;
  readonly args: unknown;
}

/** Options for {@link AuthorizedMcpServerOptions.approvals}. */
export interface ApprovalOptions<Actor = unknown> {
  /** The secret that signs the questions: at least 32 bytes, the same in every process. */
  readonly key: string | Uint8Array;
  /** The seconds within which a question can be answered. Default: 600. */
  readonly ttlSeconds?: number;
  /** Remembers used approvals. Default: the memory of this process. */
  readonly store?: ApprovalStore;
  /**
   * Returns a text that differs for each actor, and is the same in the next request. Default: the type and the key of the actor; for an
   * agent, those of each agent and of the user.
   */
  readonly user?: (actor: Actor) => string;
  /** Returns the question for the user. Default: the name of the tool, with its arguments. */
  readonly message?: (call: ApprovalCall<Actor>) => string;
}

/** The signed content of a question. It can be read by the client, so it contains no argument. */
interface Question {
  readonly id: string;
  readonly call: string;
  readonly expires: number;
}

/** The state of a call that answers a question whose signature is valid. */
class Asked {
  constructor(readonly question: Question) {}
}

const prefix = 'nanook-approval.';
const answerKey = 'approval';

/** The result of a call that the user did not confirm. */
export class NotApproved extends Error {}

/**
 * Returns the context of a call for its handler, without the state of a question. A handler must not take the question about another call for its
 * own state.
 */
export function withoutQuestion(ctx: ServerContext): ServerContext {
  if (!(ctx.mcpReq.requestState() instanceof Asked)) return ctx;
  return { ...ctx, mcpReq: { ...ctx.mcpReq, requestState: () => undefined } };
}

/** Asks the user to confirm calls, and accepts each answer once. */
export class Approvals {
  readonly #server: string;
  readonly #options: ApprovalOptions;
  readonly #codec: RequestStateCodec<Question>;
  readonly #store: ApprovalStore;
  readonly #ttlSeconds: number;

  /**
   * @param server the name of the server: another server can have a tool of the same name, and the same key
   * @throws {NanookMcpError} `NANOOK_MCP_INVALID_OPTION`
   */
  constructor(server: string, options: ApprovalOptions) {
    const { key, ttlSeconds = 600, store = new MemoryApprovalStore(), user, message } = options;
    if (!Number.isFinite(ttlSeconds) || ttlSeconds <= 0)
      throw invalid('approvals.ttlSeconds', `must be a positive number, got ${describeValue(ttlSeconds)}`);
    if (typeof (store as Partial<ApprovalStore> | null)?.use !== 'function')
      throw invalid('approvals.store', `must have a method \`use\`, got ${describeValue(store)}`);
    for (const [name, hook] of Object.entries({ user, message }))
      if (hook !== undefined && typeof hook !== 'function')
        throw invalid(`approvals.${name}`, `must be a function, got ${describeValue(hook)}`);
    try {
      this.#codec = createRequestStateCodec({ key, ttlSeconds });
    } catch (error) {
      throw new NanookMcpError(
        'NANOOK_MCP_INVALID_OPTION',
        {
          option: 'approvals.key',
          reason: 'must be a secret of at least 32 bytes, a string or a Uint8Array',
        },
        { cause: error },
      );
    }
    this.#server = server;
    this.#options = options;
    this.#store = store;
    this.#ttlSeconds = ttlSeconds;
  }

  /** Returns a function that verifies the state of a request: a question of this class, or a state of the application. */
  verifier(own: McpServerOptions['requestState']): NonNullable<McpServerOptions['requestState']> {
    return {
      verify: async (state, ctx) =>
        state.startsWith(prefix)
          ? new Asked(await this.#codec.verify(state.slice(prefix.length), ctx))
          : own?.verify?.(state, ctx),
    };
  }

  /**
   * Returns `undefined` for a call that the user has confirmed, and otherwise the question.
   *
   * @throws {NotApproved} if the user declined, or the answer belongs to another call, or was used before
   * @throws {NanookMcpError} `NANOOK_MCP_APPROVAL_USER`
   */
  async confirm(
    call: ApprovalCall,
    authorizer: Authorizer,
    ctx: ServerContext,
  ): Promise<InputRequiredResult | undefined> {
    const digest = this.#digestOf(call, authorizer, ctx);
    const asked: unknown = ctx.mcpReq.requestState();
    if (!(asked instanceof Asked)) return this.#ask(call, digest);
    const { question } = asked;
    const answer = acceptedContent<{ approve?: unknown }>(ctx.mcpReq.inputResponses, answerKey);
    if (question.call !== digest || answer?.approve !== true || question.expires < Date.now())
      throw new NotApproved();
    if ((await this.#store.use(question.id, new Date(question.expires))) !== true) throw new NotApproved();
    return undefined;
  }

  async #ask(call: ApprovalCall, digest: string): Promise<InputRequiredResult> {
    const expires = Date.now() + this.#ttlSeconds * 1_000;
    const state = await this.#codec.mint({ id: randomUUID(), call: digest, expires });
    const message = this.#options.message?.(call) ?? questionAbout(call);
    return inputRequired({
      inputRequests: {
        [answerKey]: inputRequired.elicit({
          message,
          requestedSchema: {
            type: 'object',
            properties: { approve: { type: 'boolean', title: 'Approve' } },
            required: ['approve'],
          },
        }),
      },
      requestState: prefix + state,
    });
  }

  /** Returns the text that binds a question to the server, the user, the client, the tool and the exact arguments. */
  #digestOf({ actor, action, name, args }: ApprovalCall, authorizer: Authorizer, ctx: ServerContext): string {
    const user = this.#userOf(actor, authorizer);
    const client = ctx.http?.authInfo?.clientId ?? null;
    const bound = [this.#server, user, client, ctx.mcpReq.method, name, action, args];
    return createHash('sha256').update(canonicalJson(bound)).digest('base64url');
  }

  #userOf(actor: unknown, authorizer: Authorizer): string {
    if (this.#options.user === undefined) return actorKey(actor, authorizer);
    const user: unknown = this.#options.user(actor);
    if (typeof user === 'string' && user !== '') return user;
    throw new NanookMcpError('NANOOK_MCP_APPROVAL_USER', {
      found: `\`user\` returned ${describeValue(user)}`,
    });
  }
}

/** Returns a question that shows what the answer is bound to. Invisible characters are escaped: they can make a text look like another one. */
const questionAbout = ({ name, args }: ApprovalCall): string =>
  `Approve ${name}${args === undefined ? '' : ` with ${canonicalJson(args).replaceAll(/(?! )[\p{C}\p{Z}]/gu, escaped)}`}?`;

const escaped = (character: string): string => `\\u{${character.codePointAt(0)!.toString(16)}}`;

const invalid = (option: string, reason: string): NanookMcpError =>
  new NanookMcpError('NANOOK_MCP_INVALID_OPTION', { option, reason });
