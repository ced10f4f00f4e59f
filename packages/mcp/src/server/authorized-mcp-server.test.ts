import { describe, expect, it } from 'vitest';
import { call, loadAuthorizer, namesOf, notesServer, policy, serve } from './notes.fixture.js';

const authorizer = await loadAuthorizer();
const running = await serve(notesServer({ authorizer }));
const eras = ['modern', 'legacy'] as const;

describe.each(eras)('a client of the %s era', (era) => {
  it('lists the tools that its user may use, and no others', async () => {
    const expected = {
      ann: ['read-note', 'delete-note', 'create-note', 'status'],
      eve: ['read-note', 'status'],
      '': ['status'],
      nobody: ['status'],
    };
    const listed = await Promise.all(
      Object.keys(expected).map(async (token) => [token, await namesOf(await running.connect(token, era))]),
    );
    expect(Object.fromEntries(listed)).toEqual(expected);
  });

  it('gets the capabilities that every caller gets', async () => {
    const all = await Promise.all(
      ['ann', 'eve', 'nobody', ''].map(async (token) =>
        (await running.connect(token, era)).getServerCapabilities(),
      ),
    );
    expect(all[0]).toHaveProperty('completions');
    expect(all).toEqual([all[0], all[0], all[0], all[0]]);
  });

  it('gets the same answer for a hidden tool and for one that does not exist', async () => {
    const client = await running.connect('eve', era);
    const hidden = await call(client, 'delete-note', { id: '3' });
    expect(hidden).toBe((await call(client, 'drop-note', { id: '3' })).replaceAll('drop', 'delete'));
    expect(hidden).toContain('Tool delete-note not found');
  });

  it('gets the same answer for a note of another tenant and for an id that does not exist', async () => {
    const client = await running.connect('ann', era);
    for (const tool of ['read-note', 'delete-note']) {
      // oxlint-disable-next-line no-await-in-loop -- two tools
      const answers = await Promise.all(['2', '99', 'constructor'].map((id) => call(client, tool, { id })));
      expect(answers).toEqual(['Not found', 'Not found', 'Not found']);
    }
  });

  it('gets "Forbidden" for a note that it may read but not delete', async () => {
    expect(await call(await running.connect('ann', era), 'delete-note', { id: '3' })).toBe('Forbidden');
  });

  it('sees only the fields that its user may read', async () => {
    const client = await running.connect('ann', era);
    expect(JSON.parse(await call(client, 'read-note', { id: '1' }))).toHaveProperty(
      'secret',
      'secret of ann',
    );
    expect(JSON.parse(await call(client, 'read-note', { id: '3' }))).not.toHaveProperty('secret');
  });

  it('lists and reads only its resources, and prompts only for its notes', async () => {
    const eve = await running.connect('eve', era);
    const uris = async (client: typeof eve) => (await client.listResources()).resources.map(({ uri }) => uri);
    expect(await uris(eve)).toEqual(['note://1', 'note://3']);
    expect(await uris(await running.connect('ann', era))).toEqual([
      'manual://writers',
      'note://1',
      'note://3',
    ]);
    const anonymous = await running.connect('', era);
    expect(await uris(anonymous)).toEqual([]);
    expect((await anonymous.listResourceTemplates()).resourceTemplates).toEqual([]);
    expect((await anonymous.listPrompts()).prompts).toEqual([]);
    expect((await eve.listPrompts()).prompts.map(({ name }) => name)).toEqual(['summarize']);
    const summary = await eve.getPrompt({ name: 'summarize', arguments: { id: '1' } });
    expect(summary.messages[0]!.content).toEqual({ type: 'text', text: 'Summarize: note 1' });
    const errors = await Promise.all(
      [
        eve.getPrompt({ name: 'summarize', arguments: { id: '2' } }),
        eve.getPrompt({ name: 'summarize', arguments: { id: '99' } }),
        eve.readResource({ uri: 'note://2' }),
        eve.readResource({ uri: 'note://99' }),
        eve.readResource({ uri: 'manual://writers' }),
        eve.readResource({ uri: 'manual://readers' }),
        eve.getPrompt({ name: 'draft' }),
        eve.getPrompt({ name: 'graft' }),
      ].map((result) =>
        result.then(String, (error: unknown) => String(error).replaceAll(/99|readers|graft/g, 'x')),
      ),
    );
    const [foreign, missing, ...others] = errors;
    expect(foreign).toBe(missing);
    expect(others.map((each) => each.replaceAll(/\b2\b|writers|draft/g, 'x'))).toEqual([
      others[1],
      others[1],
      others[3],
      others[3],
      others[5],
      others[5],
    ]);
  });

  it.each(['note://%33', 'note://1/../2', 'note://2?x=1', 'note://2#a', 'NOTE://2', 'note://%32', 'note:2'])(
    'cannot read a foreign note as %s',
    async (uri) => {
      const client = await running.connect('ann', era);
      await expect(client.readResource({ uri })).rejects.toThrow(/not found/i);
    },
  );

  it('completes only the ids of notes that its user may read', async () => {
    const complete = async (token: string) => {
      const client = await running.connect(token, era);
      const ref = { type: 'ref/resource', uri: 'note://{id}' } as const;
      return (await client.complete({ ref, argument: { name: 'id', value: '' } })).completion.values;
    };
    expect(await complete('ann')).toEqual(['1', '3']);
    expect(await complete('bob')).toEqual(['2']);
  });
});

it('each listed tool can be called, and no other', async () => {
  for (const token of ['ann', 'bob', 'eve', '']) {
    // oxlint-disable-next-line no-await-in-loop -- a few clients
    const client = await running.connect(token);
    // oxlint-disable-next-line no-await-in-loop -- a few clients
    const listed = await namesOf(client);
    const all = ['read-note', 'delete-note', 'create-note', 'status'];
    // oxlint-disable-next-line no-await-in-loop -- a few clients
    const answers = await Promise.all(all.map((name) => call(client, name, { id: '0' })));
    expect(all.filter((_, i) => !answers[i]!.includes('not found'))).toEqual(listed);
  }
});

it('concurrent calls of different users get the rights of their own user', async () => {
  const clients = await Promise.all(['ann', 'bob', 'eve'].map((token) => running.connect(token)));
  const calls = Array.from({ length: 60 }, (_, i) => call(clients[i % 3]!, 'read-note', { id: '2' }));
  const answers = await Promise.all(calls);
  expect(answers.map((answer) => answer !== 'Not found')).toEqual(answers.map((_, i) => i % 3 === 1));
});

it('a reload takes effect with the next request, also for a call', async () => {
  const own = await loadAuthorizer();
  const ann = await (await serve(notesServer({ authorizer: own }))).connect('ann');
  expect(await namesOf(ann)).toContain('delete-note');
  await own.reload(policy.replace('"delete" if "owner";', ''));
  expect(await namesOf(ann)).not.toContain('delete-note');
  expect(await call(ann, 'delete-note', { id: '1' })).toContain('Tool delete-note not found');
});

it('arguments and metadata carry no identity', async () => {
  const client = await running.connect('eve');
  const result = await client
    .callTool({
      name: 'create-note',
      arguments: { sub: 'ann', authInfo: { extra: { sub: 'ann' } }, __proto__: { sub: 'ann' } },
      _meta: { sub: 'ann', 'io.modelcontextprotocol/authInfo': { extra: { sub: 'ann' } } },
    })
    .catch((error: unknown) => String(error));
  expect(result).toContain('Tool create-note not found');
});
