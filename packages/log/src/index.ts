export {
  decisionLog,
  type DecisionLog,
  type DecisionLogHooks,
  type DecisionLogOptions,
} from './queue/decision-log.js';
export type { DecisionObserver, DecisionSink, SinkStatus } from './queue/sink.js';
export type { DecisionRecord, JsonValue, RecordedIdentity } from './record/decision-record.js';
export type { ActiveTrace, RecordOptions } from './record/record-maker.js';
export { maskPaths } from './record/mask.js';
export { readDecisions, type DecisionPage, type DecisionSource } from './read/read-decisions.js';
export { decisionFilter } from './read/decision-filter.js';
export type { DecisionQuery, IdentityFilter } from './read/decision-query.js';
export {
  isNanookLogError,
  NanookLogError,
  type NanookLogErrorCode,
  type NanookLogErrorData,
} from './errors/nanook-log-error.js';
