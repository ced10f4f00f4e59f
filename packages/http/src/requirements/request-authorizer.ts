import type { Authorizer } from '@nanook/core';
import type { CompiledAuthorizer } from '@nanook/core/compiled';

/**
 * The authorizer of an application. One that was compiled ahead of time has no lists, enumerations and explanations; a call of them fails with
 * `NANOOK_HTTP_INVALID_OPTION`.
 */
export type RequestAuthorizer = Authorizer | CompiledAuthorizer;
