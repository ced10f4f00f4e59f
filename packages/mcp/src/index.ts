export { AuthorizedMcpServer } from './server/authorized-mcp-server.js';
export type { Handler, ToolConfig, ToolResult, ArgsOf } from './server/tools.js';
export type { PromptConfig, PromptResult } from './server/prompts.js';
export type { ReadResult, ResourceConfig, TemplateConfig } from './server/resources.js';
export type { AuthorizedMcpServerOptions, FailedCall } from './request/options.js';
export type { AuthorizedContext } from './request/call.js';
export type { Listed } from './request/mcp-request.js';
export type { LoaderContext, Requirement, ResourceLoader } from './requirements/requirement.js';
export { skipAuthorization, type SkippedAuthorization } from './requirements/skip-authorization.js';
export { agentType, type Agent } from './delegation/agent.js';
export {
  delegatedActor,
  type AgentRecord,
  type DelegationOptions,
  type NamedAgent,
  type TokenClaims,
} from './delegation/delegated-actor.js';
export { identifyAgent, type RecordedAgent } from './delegation/identify-agent.js';
export type { ApprovalCall, ApprovalOptions } from './approvals/approvals.js';
export { MemoryApprovalStore, type ApprovalStore } from './approvals/approval-store.js';
export {
  NanookMcpError,
  isNanookMcpError,
  type NanookMcpErrorCode,
  type NanookMcpErrorData,
} from './errors/nanook-mcp-error.js';
