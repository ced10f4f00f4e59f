import { type LoaderLimits } from '@nanook/http';
import { onClose } from '@nanook/http/node';
import type { ExecutionContext } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { ContextKind } from '../execution/execution.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';

/** Returns the limits of the loaders of a call. Over HTTP and GraphQL, a signal aborts when the response closes. */
export const loaderLimitsOf = (
  { loaderTimeoutMs }: NanookModuleOptions,
  context: ExecutionContext,
): LoaderLimits => ({
  loaderTimeoutMs,
  onClose: (listener) => {
    const response = responseOf(context);
    return typeof response?.once === 'function' ? onClose(response, listener) : () => {};
  },
});

/** Returns the response of Node; `undefined` for a call without one, such as a message or an event of a subscription. */
function responseOf(context: ExecutionContext): ServerResponse | undefined {
  switch (context.getType<ContextKind>()) {
    case 'http':
      return nodeResponse(context.getArgByIndex(1));
    case 'graphql': {
      const [carrier] = context.getArgs().slice(-2) as [GraphqlContext];
      return nodeResponse(carrier.reply ?? carrier.req?.res);
    }
    default:
      return undefined;
  }
}

/** The context of a GraphQL request: of Apollo with the request of Express, of Mercurius with the reply of Fastify. */
interface GraphqlContext {
  readonly req?: { readonly res?: HttpResponse };
  readonly reply?: HttpResponse;
}

/** A response of Express, or a reply of Fastify, which has the response of Node in `raw`. */
type HttpResponse = ServerResponse & { readonly raw?: ServerResponse };

const nodeResponse = (given: HttpResponse | undefined): ServerResponse | undefined => given?.raw ?? given;
