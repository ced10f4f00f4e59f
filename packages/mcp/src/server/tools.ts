import { renderExplanation, type TypeReference } from '@nanook/core';
import { explanationOf } from '@nanook/http';
import {
  isInputRequiredResult,
  type CallToolResult,
  type Icon,
  type InputRequiredResult,
  type ServerContext,
  type StandardSchemaWithJSON,
  type ToolAnnotations,
} from '@modelcontextprotocol/server';
import type { Approvals } from '../approvals/approvals.js';
import { failureText, invalidResult, runCall, type AuthorizedContext, type Call } from '../request/call.js';
import type { Listed, McpRequest } from '../request/mcp-request.js';
import type { CheckedRequirement, Requirement } from '../requirements/requirement.js';
import { challengeOf, type Item } from './item.js';

/** The parsed arguments of a schema. */
export type ArgsOf<Schema> = Schema extends StandardSchemaWithJSON
  ? StandardSchemaWithJSON.InferOutput<Schema>
  : Record<never, never>;

/** A handler, which takes the parsed arguments if there is a schema for them. */
export type Handler<Schema, Resource, Result> = Schema extends StandardSchemaWithJSON
  ? (
      args: StandardSchemaWithJSON.InferOutput<Schema>,
      ctx: AuthorizedContext<NonNullable<Awaited<Resource>>>,
    ) => Result | Promise<Result>
  : (ctx: AuthorizedContext<NonNullable<Awaited<Resource>>>) => Result | Promise<Result>;

/** A tool: the options of `McpServer.registerTool`, with the requirement. */
export interface ToolConfig<
  Input extends StandardSchemaWithJSON | undefined,
  Type extends TypeReference,
  Resource,
> {
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: Input;
  readonly outputSchema?: StandardSchemaWithJSON;
  readonly annotations?: ToolAnnotations;
  readonly icons?: Icon[];
  readonly _meta?: Record<string, unknown>;
  /** The action that the caller must be allowed to perform, and how the arguments name the resource. */
  readonly authorize: Requirement<NoInfer<ArgsOf<Input>>, Type, Resource>;
  /** Returns whether the caller may see the tool. Default: whether the policy allows the action on some row of the type. */
  readonly listed?: Listed;
}

/** The result of a tool. */
export type ToolResult = CallToolResult | InputRequiredResult;

type AnyHandler = (...args: unknown[]) => unknown;

/** Creates a tool. */
export function toolItem(
  name: string,
  {
    authorize: _authorize,
    listed,
    ...config
  }: ToolConfig<StandardSchemaWithJSON | undefined, TypeReference, unknown>,
  requirement: CheckedRequirement,
  handler: AnyHandler,
): Item {
  const item = { kind: 'tool', name } as const;
  const { inputSchema, outputSchema } = config;
  const register: Item['register'] = (server, request, approvals) => {
    const run = (args: unknown, ctx: ServerContext): Promise<ToolResult> =>
      callTool(request, approvals, { item, requirement, args, ctx }, outputSchema, (own) =>
        inputSchema === undefined ? handler(own) : handler(args, own),
      );
    const { inputSchema: _, ...rest } = config;
    const options = { ...rest, ...challengeOf(request, requirement) };
    if (inputSchema === undefined)
      server.registerTool(name, options, (ctx: ServerContext) => run(undefined, ctx));
    else server.registerTool(name, { ...options, inputSchema }, (args: unknown, ctx) => run(args, ctx));
  };
  return { ...item, requirement, listed, register };
}

async function callTool(
  request: McpRequest,
  approvals: Approvals | undefined,
  call: Call,
  outputSchema: StandardSchemaWithJSON | undefined,
  handler: (ctx: AuthorizedContext) => unknown,
): Promise<ToolResult> {
  try {
    const result = await runCall<CallToolResult>(request, approvals, call, handler);
    if (!isInputRequiredResult(result)) await checkOutput(call, result, outputSchema);
    return result;
  } catch (error) {
    const content = [{ type: 'text' as const, text: failureText(request, call, error) as string }];
    const explanation = explanationOf(error);
    if (explanation !== undefined) content.push({ type: 'text', text: renderExplanation(explanation) });
    return { content, isError: true };
  }
}

/** Checks the result before the SDK does, whose message names parts of the result. */
async function checkOutput(
  { item }: Call,
  result: CallToolResult,
  outputSchema: StandardSchemaWithJSON | undefined,
): Promise<void> {
  if (outputSchema === undefined || result.isError === true) return;
  const { issues } = await outputSchema['~standard'].validate(result.structuredContent);
  if (issues !== undefined)
    throw invalidResult(
      item,
      `does not match \`outputSchema\`: ${issues.map(({ message }) => message).join('; ')}`,
    );
}
