import type { ExecutionContext } from '@nestjs/common';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { scopeOf, type OperationInfo } from './graphql-scope.js';

export type ContextKind = 'http' | 'graphql' | 'ws' | 'rpc';

/** What the kinds of contexts have in common, so that nothing else needs to tell them apart. */
export interface Execution {
  readonly kind: ContextKind;
  /** What hooks and loaders receive: the HTTP request, the client of a gateway, or the context of a message. */
  readonly request: unknown;
  /** Identifies the request: what is asked twice during it is decided once. */
  readonly requestKey: object;
  /** The part of a GraphQL request that is checked anew: an event of a subscription, or a root field of a mutation. */
  readonly scope?: object | undefined;
  /** Identifies the call of the handler: in one GraphQL request there are many. */
  readonly callKey: object;
  /** What the client sent, and where ids come from. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Where the id of a resource is when nobody says. */
  readonly defaultId: string;
  /** In capitals; `undefined` where there is none. */
  readonly method: string | undefined;
}

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

/** `(parent, args, context, info)`; a reference resolver of a federation has `(reference, context, info)`. */
function graphqlExecution(args: readonly unknown[]): Execution {
  const [context, info] = args.slice(-2) as [Record<string, unknown>, OperationInfo];
  return {
    kind: 'graphql',
    request: context['req'] ?? context['request'] ?? context,
    requestKey: context,
    scope: scopeOf(info),
    // The references of one request share what is told about the field; each is an object of its own.
    callKey: args.length > 3 ? info : (args[0] as object),
    inputs: { parent: args[0], args: args.length > 3 ? args[1] : args[0] },
    defaultId: 'args.id',
    method: undefined,
  };
}

/** `(client, data, …, pattern)`; the pattern is looked for at the end. */
function wsExecution(args: unknown[]): Execution {
  const [client, data] = args;
  return messageExecution(
    'ws',
    client,
    data,
    markOf(args, (mark) => args.splice(-1, 0, mark)),
  );
}

/** `(data, context)`, and for gRPC `(data, metadata, call)`; each is looked for at its place. */
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

// By a symbol that the ESM and the CommonJS copy of this package share.
const markKey = Symbol.for('@nanook/nestjs/call');

const isMark = (arg: unknown): arg is object =>
  typeof arg === 'object' && arg !== null && Object.hasOwn(arg, markKey);

/**
 * What identifies a call for a message. Nothing of Nest's does: a client sends the same number twice, the handlers of one event
 * share its context, and the list of arguments is copied on the way. Its elements are not, so it gets one more.
 */
function markOf(args: readonly unknown[], add: (mark: object) => void): object {
  const known = args.find(isMark);
  if (known !== undefined) return known;
  const mark = { [markKey]: true };
  add(mark);
  return mark;
}
