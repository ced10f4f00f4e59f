export { envoyServer, type EnvoyServer } from './envoy-server.js';
export type {
  EnvoyOptions,
  EnvoyRefusal,
  EnvoyRequest,
  EnvoyServerOptions,
  HeaderChanges,
  RefusalResponse,
} from './envoy-options.js';
export type { Answer } from '../messages/answer.js';
export type { ReadBody, RequestHeaders, ServerRequest } from '../messages/server-request.js';
export type { Fetch } from '../web/fetch-by.js';
