// `@nanook/core/internal`: helpers of the other packages of this repository. It is not a public interface.

export {
  errorKind,
  type CodedError,
  type ErrorData,
  type ErrorKind,
  type ErrorTexts,
} from './diagnostics/coded-error.js';
export { identityOf } from './authorization/identity.js';
export { describeValue } from './internal/describe-value.js';
export { nearNames } from './internal/near-names.js';
export { isThenable } from './internal/promise.js';
export { sha256, sha256Words } from './internal/sha256.js';
