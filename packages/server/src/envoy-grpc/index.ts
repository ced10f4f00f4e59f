export { addEnvoyService, checkService, type EnvoyServiceOptions } from './envoy-service.js';
export type {
  EnvoyOptions,
  EnvoyRefusal,
  EnvoyRequest,
  HeaderChanges,
  RefusalResponse,
} from '../envoy/index.js';
