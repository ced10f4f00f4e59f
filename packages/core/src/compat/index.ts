// `@nanook/core/compat`: the parts of the engine that packages with the API of another library need. It is not a public interface.

export { LoggingMachine, type QueryLog } from '../engine/query/logging-machine.js';
export type { Authorizer } from '../authorization/authorizer.js';
export { authorizerIn } from './authorizer-in.js';
export type { DialectOptions } from '../dialect/dialect.js';
export { SyncAuthorizer, type InlineQuery } from './sync-authorizer.js';
export { failedMember } from '../host/failed-member.js';
export { isPatternLookup } from '../engine/query/residual.js';
export { isPolicyDictionary, policyDictionary } from '../host/value.js';
export { positionOf, textOf } from '../diagnostics/span.js';
export type { ForeignTerms } from '../terms/foreign-terms.js';
export { Dict } from '../host/dict.js';
export { deepEqual } from '../dialect/oso/deep-equality.js';
export type { TracedCall } from '../diagnostics/polar-error.js';
