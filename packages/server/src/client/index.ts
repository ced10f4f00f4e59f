export { RemoteAuthorizer, type RemoteCheckOptions } from './remote-authorizer.js';
export type { RemoteAction, RemoteEntity, RemoteFact, RemoteOptions } from './remote-options.js';
export {
  NanookServerError,
  isNanookServerError,
  type NanookServerErrorCode,
  type NanookServerErrorData,
} from '../errors/nanook-server-error.js';
