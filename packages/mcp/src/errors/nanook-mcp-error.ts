import { errorKind } from '@nanook/core/internal';

/** A tool, a resource or a prompt, for messages. */
interface Item {
  /** `tool`, `resource` or `prompt`. */
  readonly kind: string;
  readonly name: string;
}

/** The text of each code. Codes are public: they are never renamed and never reused. */
const texts = {
  NANOOK_MCP_INVALID_OPTION: (p: { option: string; reason: string }) => `option \`${p.option}\` ${p.reason}`,
  NANOOK_MCP_NO_REQUIREMENT: (p: Item & { found: string }) =>
    `${itemOf(p)} has no requirement, so the server does not start. Expected \`authorize\` to be a list such as ['read', 'Note'] or ` +
    `['delete', 'Note', ({ id }) => findNote(id)], or skipAuthorization('reason'); found ${p.found}`,
  NANOOK_MCP_NO_REASON: (p: { found: string }) =>
    `expected the reason for which authorization is skipped, such as 'server status'; found ${p.found}`,
  NANOOK_MCP_UNGRANTABLE: (p: Item & { reason: string }) =>
    `no rule of the policy can allow the requirement of ${itemOf(p)}: ${p.reason}`,
  NANOOK_MCP_SHARED_CACHE: (p: { subject: string; hint: string }) =>
    `${p.subject} depends on the caller, but has \`cacheScope: 'public'\`, so a shared cache would give it to other callers. Remove ` +
    `\`cacheScope\`${p.hint}`,
  NANOOK_MCP_SUBSCRIPTIONS: (_: object) =>
    `the server has the capability \`resources.subscribe\`, with which a client receives the updates of any URI that it names, also of ` +
    `resources that it may not read. Remove the capability, or skip authorization for all resources`,
  NANOOK_MCP_UNLISTABLE: (p: Item & { reason: string }) =>
    `cannot find out whether the actor may use ${itemOf(p)}, so it is hidden: ${p.reason}. If the policy cannot be translated into a ` +
    `condition, add \`listed\` to the ${p.kind}: listed: (authz) => authz.can(…)`,
  NANOOK_MCP_INVALID_RESULT: (p: Item & { reason: string }) =>
    `the result of ${itemOf(p)} ${p.reason}; the client got a fixed text instead`,
  NANOOK_MCP_IGNORED_REFUSAL: (p: Item & { check: string }) =>
    `${itemOf(p)} returned a result after \`${p.check}\` had failed, so the result was withheld. Let the handler throw the refusal, ` +
    `or call \`can\` where a refusal is not an error`,
  NANOOK_MCP_UNLISTED_URI: (p: Item & { uri: string }) =>
    `the list of ${itemOf(p)} contains ${p.uri}, which does not match its template, so it was left out`,
  NANOOK_MCP_TOKEN: (p: { reason: string }) => `the access token was refused: ${p.reason}`,
  NANOOK_MCP_NO_APPROVALS: (_: object) =>
    `the policy has the rule \`needs_approval\`, but the server has no option \`approvals\`, so nothing can be approved; add ` +
    `approvals: { key } with a secret of at least 32 bytes`,
  NANOOK_MCP_APPROVAL_RULE: (p: { found: string }) =>
    `approvals need the rule \`needs_approval(actor, action, resource)\`, but the policy ${p.found}, so no call would be confirmed. ` +
    `Correct the rule; or remove the rule and the option \`approvals\``,
  NANOOK_MCP_APPROVAL_USER: (p: { found: string }) =>
    `cannot bind an approval to the actor, because it has no key that can be compared (${p.found}); declare the \`key\` of its type, or add ` +
    `the option approvals: { user: (actor) => … }, which returns a text`,
};

const itemOf = ({ kind, name }: Item): string => `the ${kind} "${name}"`;

/** A code of {@link NanookMcpError}. */
export type NanookMcpErrorCode = keyof typeof texts;
/** The `data` of an error with this code. */
export type NanookMcpErrorData<C extends NanookMcpErrorCode> = Parameters<(typeof texts)[C]>[0];

const kind = errorKind('@nanook/mcp/NanookMcpError', texts);

/**
 * An error in how an application uses this package, or a token that it refused. No client receives its message.
 *
 * `instanceof` fails between the ESM and the CommonJS copy of the package; use {@link isNanookMcpError}.
 */
export class NanookMcpError<C extends NanookMcpErrorCode = NanookMcpErrorCode> extends kind.Base<C> {}

/** Recognizes a {@link NanookMcpError}, also from another copy of the package. */
export const isNanookMcpError = (error: unknown): error is NanookMcpError => kind.includes(error);
