import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server';

/** A message as a hostile client could write it. */
export interface RawResponse {
  readonly status: number;
  readonly challenge: string | null;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

const version = '2026-07-28';
const placeholder = 'the arguments';

/**
 * Sends one request of the modern era without the client of the SDK.
 *
 * @param args replaces the JSON of `arguments`, for texts that no value has
 */
export async function post(
  url: URL,
  token: string,
  method: string,
  params: Record<string, unknown>,
  args?: string,
): Promise<RawResponse> {
  const { name, uri } = params as { readonly name?: string; readonly uri?: string };
  const given = args === undefined ? params : { ...params, arguments: placeholder };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': version,
      'Mcp-Method': method,
      ...((name ?? uri) === undefined ? {} : { 'Mcp-Name': (name ?? uri)! }),
      Authorization: `Bearer ${encodeURIComponent(token)}`,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: {
        ...given,
        _meta: {
          [PROTOCOL_VERSION_META_KEY]: version,
          [CLIENT_INFO_META_KEY]: { name: 'raw', version: '1' },
          [CLIENT_CAPABILITIES_META_KEY]: { elicitation: { form: {} } },
        },
      },
    }).replace(`"${placeholder}"`, () => args!),
  });
  const body = (await response.json()) as Omit<RawResponse, 'status' | 'challenge'>;
  return { status: response.status, challenge: response.headers.get('www-authenticate'), ...body };
}

/** Returns the texts of the result of a tool, or the message of the error. */
export const textOf = ({ result, error }: RawResponse): string =>
  error?.message ?? ((result?.['content'] as { text: string }[]) ?? []).map(({ text }) => text).join('|');
