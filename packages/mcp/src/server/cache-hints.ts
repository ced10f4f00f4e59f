import type { CacheHint, McpServerOptions } from '@modelcontextprotocol/server';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';
import type { ItemName } from '../requirements/requirement.js';

const methods = {
  tool: ['tools/list'],
  prompt: ['prompts/list'],
  resource: ['resources/list', 'resources/templates/list', 'resources/read'],
} as const;

/**
 * Checks that no shared cache keeps what depends on the caller.
 *
 * @param own the hint of the item itself
 * @throws {NanookMcpError} `NANOOK_MCP_SHARED_CACHE`
 */
export function checkCacheHints(
  item: ItemName,
  own: CacheHint | undefined,
  { cacheHints = {} }: McpServerOptions,
): void {
  if (own?.cacheScope === 'public')
    throw new NanookMcpError('NANOOK_MCP_SHARED_CACHE', {
      subject: `the ${item.kind} "${item.name}"`,
      hint: '',
    });
  for (const method of methods[item.kind])
    if (cacheHints[method]?.cacheScope === 'public') {
      const hint = `, or skip authorization for the ${item.kind} "${item.name}" and the others of its kind`;
      throw new NanookMcpError('NANOOK_MCP_SHARED_CACHE', { subject: `the result of ${method}`, hint });
    }
}
