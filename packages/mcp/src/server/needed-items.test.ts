import { describe, expect, it } from 'vitest';
import { AuthorizedMcpServer } from '../index.js';
import { actorOf, call, loadAuthorizer, namesOf, serve, text } from './notes.fixture.js';

describe('a request that names a tool', () => {
  it('looks at no other one, unless the tool is hidden or missing', async () => {
    const server = new AuthorizedMcpServer(
      { name: 'notes', version: '1.0.0' },
      { authorizer: await loadAuthorizer(), actor: actorOf },
    );
    const looked: string[] = [];
    const listed = (name: string, isListed: boolean) => () => {
      looked.push(name);
      return isListed;
    };
    const authorize = ['create', 'Note'] as const;
    for (const [name, isListed] of [
      ['first', true],
      ['second', true],
      ['hidden', false],
    ] as const)
      server.registerTool(name, { authorize, listed: listed(name, isListed) }, () => text(name));
    server.registerPrompt('draft', { authorize, listed: listed('draft', true) }, () => ({ messages: [] }));
    const { connect } = await serve(server);
    const ann = await connect('ann');
    const looksOf = async (answer: Promise<unknown>): Promise<readonly unknown[]> => {
      looked.length = 0;
      return [await answer, looked.toSorted()];
    };
    const tools = ['first', 'hidden', 'second'];
    expect(await looksOf(namesOf(ann))).toEqual([['first', 'second'], tools]);
    expect(await looksOf(call(ann, 'first'))).toEqual(['first', ['first']]);
    const [answer, looks] = await looksOf(call(ann, 'hidden'));
    const [other, otherLooks] = await looksOf(call(ann, 'forbidden'));
    expect(String(other).replace('forbidden', 'hidden')).toBe(answer);
    expect([looks, otherLooks]).toEqual([tools, tools]);
    expect((await looksOf(ann.listPrompts()))[1]).toEqual(['draft']);
  });
});
