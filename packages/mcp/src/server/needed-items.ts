import type { McpRequestContext } from '@modelcontextprotocol/server';
import type { ItemName } from '../requirements/requirement.js';
import type { Item } from './item.js';

/** The items that a request can use. */
export interface NeededItems {
  readonly items: readonly Item[];
  /** The one of these that the request names; `undefined` if it names none of them. */
  readonly named: Item | undefined;
}

/**
 * Returns the items that a request can use, by the headers `Mcp-Method` and `Mcp-Name`. The SDK refuses a request whose body has others. The
 * requests of earlier revisions of the protocol have no such headers, so they can use all items.
 */
export function neededItems(all: readonly Item[], { era, requestInfo }: McpRequestContext): NeededItems {
  const headers = era === 'modern' ? requestInfo?.headers : undefined;
  const method = headers?.get('Mcp-Method') ?? '';
  const kind = kindOf(method);
  if (kind === undefined) return { items: all, named: undefined };
  const items = all.filter((item) => item.kind === kind);
  const isNamed = method === 'tools/call' || method === 'prompts/get';
  const name = isNamed ? headers?.get('Mcp-Name') : undefined;
  return { items, named: items.find((item) => item.name === name) };
}

const kindOf = (method: string): ItemName['kind'] | undefined =>
  (['tool', 'resource', 'prompt'] as const).find((kind) => method.startsWith(`${kind}s/`));
