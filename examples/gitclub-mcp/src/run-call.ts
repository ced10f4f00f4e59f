import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Call } from './calls.ts';
import { tokenOf } from './tokens.ts';

/** Makes one call with the client of the SDK, and returns its result as a text. */
export async function runCall(url: URL, { as, call, args = {}, approve }: Call): Promise<string> {
  const capabilities = approve === undefined ? {} : { elicitation: { form: {} } };
  const client = new Client(
    { name: 'demo', version: '1.0.0' },
    { capabilities, versionNegotiation: { mode: 'auto' } },
  );
  if (approve !== undefined)
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { approve } }));
  const headers = { Authorization: `Bearer ${tokenOf(as)}` };
  try {
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    if (call === 'list') return (await client.listTools()).tools.map(({ name }) => name).join(' ');
    if (call.includes('://')) return JSON.stringify((await client.readResource({ uri: call })).contents);
    const { content } = await client.callTool({ name: call, arguments: args });
    return (content as { text: string }[]).map(({ text }) => text).join('\n');
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.close();
  }
}

/** Returns whether a result is the expected one. */
export const isExpected = ({ expect, lacks }: Call, result: string): boolean =>
  result.includes(expect) && (lacks === undefined || !result.includes(lacks));
