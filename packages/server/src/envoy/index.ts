export { envoyServer, type EnvoyServer } from './envoy-server.js';
export type {
  EnvoyOptions,
  EnvoyRefusal,
  EnvoyRequest,
  EnvoyServerOptions,
  HeaderChanges,
  RefusalResponse,
} from './envoy-options.js';
export type { BodyReader, RequestBody, RequestHeaders, ServerRequest } from '../messages/server-request.js';
