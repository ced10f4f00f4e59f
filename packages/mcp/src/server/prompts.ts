import type { TypeReference } from '@nanook/core';
import {
  ProtocolError,
  ProtocolErrorCode,
  type GetPromptResult,
  type Icon,
  type InputRequiredResult,
  type ServerContext,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server';
import { runCall } from '../request/call.js';
import type { Listed } from '../request/mcp-request.js';
import type { CheckedRequirement, Requirement } from '../requirements/requirement.js';
import { challengeOf, type Item } from './item.js';
import { protocolError } from './protocol-error.js';
import type { ArgsOf } from './tools.js';

/** A prompt: the options of `McpServer.registerPrompt`, with the requirement. */
export interface PromptConfig<
  Args extends StandardSchemaWithJSON | undefined,
  Type extends TypeReference,
  Resource,
> {
  readonly title?: string;
  readonly description?: string;
  /** The arguments. Their completers do not know the caller, so they must return the same values to everyone. */
  readonly argsSchema?: Args;
  readonly icons?: Icon[];
  readonly _meta?: Record<string, unknown>;
  /** The action that the caller must be allowed to perform, and how the arguments name the resource. */
  readonly authorize: Requirement<NoInfer<ArgsOf<Args>>, Type, Resource>;
  /** Returns whether the caller may see the prompt. Default: whether the policy allows the action on some row of the type. */
  readonly listed?: Listed;
}

/** The result of a prompt. */
export type PromptResult = GetPromptResult | InputRequiredResult;

/** Creates a prompt. */
export function promptItem(
  name: string,
  {
    authorize: _,
    listed,
    ...config
  }: PromptConfig<StandardSchemaWithJSON | undefined, TypeReference, unknown>,
  requirement: CheckedRequirement,
  handler: (...args: unknown[]) => unknown,
): Item {
  const item = { kind: 'prompt', name } as const;
  const { argsSchema } = config;
  const register: Item['register'] = (server, request, approvals) => {
    const run = async (args: unknown, ctx: ServerContext): Promise<PromptResult> => {
      const call = { item, requirement, args, ctx };
      try {
        return await runCall<GetPromptResult>(request, approvals, call, (own) =>
          argsSchema === undefined ? handler(own) : handler(args, own),
        );
      } catch (error) {
        throw protocolError(
          request,
          call,
          error,
          (text) => new ProtocolError(ProtocolErrorCode.InvalidParams, text),
        );
      }
    };
    const options = { ...config, ...challengeOf(request, requirement) };
    if (argsSchema === undefined)
      server.registerPrompt(name, options as { argsSchema?: undefined }, (ctx: ServerContext) =>
        run(undefined, ctx),
      );
    else
      server.registerPrompt(name, options as { argsSchema: StandardSchemaWithJSON }, (args: unknown, ctx) =>
        run(args, ctx),
      );
  };
  return { ...item, requirement, listed, register };
}
