import type { Metadata, ServerUnaryCall, Server, ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { Callers, requireScope } from '../callers/callers.js';
import type { CallerOptions } from '../callers/caller.js';
import { checkEnvoyServiceOptions } from '../envoy/check-envoy-options.js';
import { checkRequest, type CheckResult } from '../envoy/envoy-check.js';
import type { EnvoyOptions } from '../envoy/envoy-options.js';
import { RequestError } from '../messages/request-error.js';
import { reportTo } from '../operations/report.js';
import { messageOf, requestOf, type CheckRequestMessage } from './check-messages.js';
import { checkProtocol } from './check-protocol.js';

/** Options of `addEnvoyService`. */
export interface EnvoyServiceOptions extends EnvoyOptions {
  /** The instances of Envoy that may ask. A key is sent as the metadata `x-api-key`. With mutual TLS, the server of gRPC checks them. */
  readonly callers: Pick<CallerOptions, 'keys' | 'anyone'>;
}

/** The name of the service. */
const serviceName = 'envoy.service.auth.v3.Authorization';

/**
 * Adds the service for the gRPC mode of `ext_authz` of Envoy to a server of `@grpc/grpc-js`. Needs `@grpc/grpc-js` and `@grpc/proto-loader`.
 *
 * @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION`
 * @example
 * const server = new Server();
 * addEnvoyService(server, { authorizer, callers, actor });
 * server.bindAsync('127.0.0.1:9191', ServerCredentials.createInsecure(), () => {});
 */
export function addEnvoyService(server: Pick<Server, 'addService'>, options: EnvoyServiceOptions): void {
  checkEnvoyServiceOptions(options);
  const callers = new Callers(options.callers, (error) => reportTo(options.onError, error));
  const check = async ({
    request,
    metadata,
  }: Pick<ServerUnaryCall<CheckRequestMessage, object>, 'request' | 'metadata'>): Promise<object> =>
    messageOf(await resultOf(options, callers, request, metadata));
  server.addService(tolerant(checkService()), {
    Check: (
      call: ServerUnaryCall<CheckRequestMessage, object>,
      answer: (error: null, response: object) => void,
    ) => void check(call).then((response) => answer(null, response)),
  });
}

/** The definition of the service, for `addService` and for clients. */
export const checkService = (): ServiceDefinition =>
  fromJSON(checkProtocol as Parameters<typeof fromJSON>[0], { defaults: false, oneofs: true })[
    serviceName
  ] as ServiceDefinition;

/** Returns a definition that reads a malformed message as an empty one, which is denied. An error of gRPC could be allowed by Envoy. */
const tolerant = ({ Check: check, ...others }: ServiceDefinition): ServiceDefinition => ({
  ...others,
  Check: {
    ...check!,
    requestDeserialize: (bytes) => {
      try {
        return check!.requestDeserialize(bytes) as object;
      } catch {
        return {};
      }
    },
  },
});

/** A failure is an answer, too: Envoy can be configured to allow a request whose check fails. */
async function resultOf(
  options: EnvoyServiceOptions,
  callers: Callers,
  message: CheckRequestMessage,
  metadata: Metadata,
): Promise<CheckResult> {
  try {
    const key = metadata.get('x-api-key')[0];
    const headers = {
      get: (name: string) => (name.toLowerCase() === 'x-api-key' && typeof key === 'string' ? key : null),
    };
    requireScope(callers.find(headers) ?? (await callers.verify(headers, {})), 'evaluate');
    return await checkRequest(options, requestOf(message));
  } catch (error) {
    if (!(error instanceof RequestError)) reportTo(options.onError, error);
    return { isAllowed: false, status: 403, headers: {}, body: 'forbidden' };
  }
}
