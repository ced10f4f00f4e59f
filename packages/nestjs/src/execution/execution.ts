import type { ExecutionContext } from '@nestjs/common';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { scopeOf, type OperationInfo, type RequestPart } from './graphql-scope.js';

export type ContextKind = 'http' | 'graphql' | 'ws' | 'rpc';

/** One call of a handler, in a form that is the same for HTTP, GraphQL, WebSockets and messages. */
export interface Execution {
  readonly kind: ContextKind;
  /** The request that hooks and loaders receive: the HTTP request, the client of a gateway, or the context of a message. */
  readonly request: unknown;
  /** Identifies the request, whose checks are each made once. */
  readonly requestKey: object;
  /** The part of a GraphQL request that is checked anew: an event of a subscription, or a root field of a mutation. */
  readonly scope?: RequestPart | undefined;
  /** Identifies the call of the handler: one GraphQL request has many. */
  readonly callKey: object;
  /** The data that the client sent, in which the paths of ids are looked up. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The default path of the id of a resource. */
  readonly defaultId: string;
  /** The HTTP method, in capitals; `undefined` outside HTTP. */
  readonly method: string | undefined;
}

/**
 * Returns the execution of a Nest context.
 *
 * @throws {NanookNestError} `NANOOK_NEST_UNKNOWN_CONTEXT`
 */
export function executionOf(context: ExecutionContext): Execution {
  const kind = context.getType<ContextKind>();
  switch (kind) {
    case 'http':
      return httpExecution(context.getArgByIndex(0));
    case 'graphql':
      return graphqlExecution(context.getArgs());
    case 'ws':
      return wsExecution(context.getArgs());
    case 'rpc':
      return rpcExecution(context.getArgs());
    default:
      throw new NanookNestError('NANOOK_NEST_UNKNOWN_CONTEXT', {
        kind,
        handler: `${context.getClass().name}.${context.getHandler().name}`,
      });
  }
}

interface HttpRequest {
  readonly method: string;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly headers?: unknown;
}

function httpExecution(request: HttpRequest): Execution {
  const { method, params, query, body, headers } = request;
  return {
    kind: 'http',
    request,
    requestKey: request,
    callKey: request,
    inputs: { params, query, body, headers },
    defaultId: 'params.id',
    method: method.toUpperCase(),
  };
}

/** The arguments are `(parent, args, context, info)`; for a reference resolver of a federation, `(reference, context, info)`. */
function graphqlExecution(args: readonly unknown[]): Execution {
  const [context, info] = args.slice(-2) as [Record<string, unknown>, OperationInfo];
  return {
    kind: 'graphql',
    request: context['req'] ?? context['request'] ?? context,
    requestKey: context,
    scope: scopeOf(info),
    // The references of one request share their `info`, but each reference is a separate object.
    callKey: args.length > 3 ? info : (args[0] as object),
    inputs: { parent: args[0], args: args.length > 3 ? args[1] : args[0] },
    defaultId: 'args.id',
    method: undefined,
  };
}

/** The arguments are `(client, data, …, pattern)`. Nest takes the pattern from the end, so the mark goes before it. */
function wsExecution(args: unknown[]): Execution {
  const [client, data] = args;
  return messageExecution(
    'ws',
    client,
    data,
    markOf(args, (mark) => args.splice(-1, 0, mark)),
  );
}

/** The arguments are `(data, context)`; for gRPC, `(data, metadata, call)`. Nest takes them by position, so the mark goes after them. */
function rpcExecution(args: unknown[]): Execution {
  const [data, context] = args;
  return messageExecution(
    'rpc',
    context,
    data,
    markOf(args, (mark) => (args[Math.max(args.length, 3)] = mark)),
  );
}

const messageExecution = (kind: 'ws' | 'rpc', request: unknown, data: unknown, mark: object): Execution => ({
  kind,
  request,
  requestKey: mark,
  callKey: mark,
  inputs: { data },
  defaultId: 'data.id',
  method: undefined,
});

// A registered symbol, which the ESM and the CommonJS copy of this package share.
const markKey = Symbol.for('@nanook/nestjs/call');

const isMark = (arg: unknown): arg is object =>
  typeof arg === 'object' && arg !== null && Object.hasOwn(arg, markKey);

/**
 * Returns the object that identifies the call for a message, and adds it to the arguments. No value of Nest identifies the call: a client
 * can send the same number twice, the handlers of one event share its context, and Nest copies the list of arguments, but not its
 * elements.
 */
function markOf(args: readonly unknown[], add: (mark: object) => void): object {
  const known = args.find(isMark);
  if (known !== undefined) return known;
  const mark = { [markKey]: true };
  add(mark);
  return mark;
}
