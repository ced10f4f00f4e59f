import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/client';
import * as sdk from '@modelcontextprotocol/server';
import { Authorizer, typed } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { errorOfExample, type Coded } from '../../../core/src/testing/run-example.fixture.js';
import * as entry from '../index.js';
import { mcpExamples } from './mcp-examples.fixture.js';
import { NanookMcpError, type NanookMcpErrorCode } from './nanook-mcp-error.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const policies = 'allow(user: User, "read", note: Note) if note.owner = user.id;';
const types = { User: { fields: { id: 'String' } }, Note: { fields: { id: 'String', owner: 'String' } } };
const notes = new Map(
  ['1', '2'].map((id) => [id, typed('Note', { id, owner: id === '1' ? 'ann' : 'bob' })] as const),
);

/** Runs an example, and returns the errors that servers report and the one that it throws. */
async function errorsOf(example: string): Promise<readonly Coded[]> {
  const errors: Coded[] = [];
  class AuthorizedMcpServer extends entry.AuthorizedMcpServer {
    constructor(info: sdk.Implementation, options: entry.AuthorizedMcpServerOptions) {
      super(info, { onError: (error) => void errors.push(error as never), ...options });
    }
  }
  const connect = async (server: AuthorizedMcpServer): Promise<Client> => {
    const mcp = await server.factory({ era: 'legacy' });
    const [own, other] = sdk.InMemoryTransport.createLinkedPair();
    const client = new Client({ name: 'client', version: '1.0.0' });
    await Promise.all([mcp.connect(own), client.connect(other)]);
    return client;
  };
  const names = {
    ...entry,
    AuthorizedMcpServer,
    Authorizer,
    authorizer: await Authorizer.load({ policies, types }),
    actor: () => typed('User', { id: 'ann' }),
    info: { name: 'notes', version: '1.0.0' },
    notes,
    connect,
  };
  const thrown = await errorOfExample(example, names, { '@modelcontextprotocol/server': sdk });
  return thrown === undefined ? errors : [...errors, thrown];
}

const data = new Map<string, object>();
for (const [code, { wrong }] of Object.entries(mcpExamples)) {
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  const error = (await errorsOf(wrong)).find((each) => each.code === code);
  if (error !== undefined) data.set(code, error.data);
}

describe('the guide "Authorize an MCP server"', () => {
  const rows = read('../../../../docs/guides/agents/mcp.md').matchAll(/^\| `(NANOOK_MCP_\w+)` \| (.*) \|$/gm);
  const meanings = new Map([...rows].map(([, code, meaning]) => [code!, meaning!]));

  it('lists every code of the package', () => {
    expect(new Set(meanings.keys())).toEqual(new Set(Object.keys(mcpExamples)));
  });

  it('gives the meaning of each code to the command line', async () => {
    const entries = [...meanings].map(([code, when]) => {
      const { message } = new NanookMcpError(code as NanookMcpErrorCode, data.get(code) as never);
      const { wrong, fix } = mcpExamples[code as NanookMcpErrorCode];
      const page = '../guides/agents/mcp.md';
      return { code, page, severity: 'error', message, when, language: 'ts', example: wrong, fix };
    });
    const text = `${JSON.stringify(entries, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/mcp.json');
  });

  it.each(Object.entries(mcpExamples))(
    'has codes whose example causes only %s, and whose corrected example causes no error',
    async (code, { wrong, fix }) => {
      const codesOf = async (example: string) => (await errorsOf(example)).map((error) => error.code);
      expect(new Set(await codesOf(wrong))).toEqual(new Set([code]));
      expect(await codesOf(fix)).toEqual([]);
    },
  );
});
