export { decisionServer, type DecisionServer } from './server/decision-server.js';
export type { AnsweredRequest, ServerLimits, ServerOptions } from './options/server-options.js';
export type {
  ActionOptions,
  CommonEntityOptions,
  EntityOptions,
  IntegerEntityOptions,
  TextEntityOptions,
} from './entities/entity-options.js';
export type {
  ApiKey,
  Caller,
  CallerOptions,
  ClientCertificate,
  Connection,
  Scope,
} from './callers/caller.js';
export type { FactOptions, SentFactArgument } from './entities/fact-options.js';
export type { Obligation, ObligationOptions, ObligatedDecision } from './obligations/obligation.js';
export type { AccessRequest, SentFact, WireAction, WireEntity } from './messages/access-request.js';
export type { JsonObject } from './messages/read-body.js';
export type { Answer } from './messages/answer.js';
export type { ReadBody, RequestHeaders, ServerRequest } from './messages/server-request.js';
export type { Fetch } from './web/fetch-by.js';
export type { FollowedCandidate, FollowedStatus } from './operations/followed-status.js';
export type { LoggedSink } from './operations/logged-sink.js';
export {
  NanookServerError,
  isNanookServerError,
  type NanookServerErrorCode,
  type NanookServerErrorData,
} from './errors/nanook-server-error.js';
