// The entry for servers of Node: what needs its asynchronous contexts and its responses.
export { FollowedRequest, Frame, Run } from './decisions/frames.js';
export { copyHeaders, guardResponse, type ResponseGuard } from './response-guard/response-guard.js';
export type { CopiedHeaders } from './response-guard/options-headers.js';
export { onClose } from './response-guard/on-close.js';
