import { Authorizer, typed } from '@nanook/core';
import * as express from '@nanook/express';
import { decisionLog } from '@nanook/log';
import { jsonLines } from '@nanook/log/json-lines';
import createExpress from 'express';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentOf, enterFolder, project, writeFiles } from '../testing/run.fixture.js';
import { Explorer, type ExplorerOptions } from './explorer.js';

const types = JSON.parse(project['nanook.config.json']).types;
const policy = 'policy/main.polar';
const ann = typed('User', { id: 7 });
const ben = typed('User', { id: 8 });
const report = typed('Note', {
  id: 3,
  authorId: 8,
  organization: typed('Organization', { id: 1, ownerId: 7 }),
});

async function open(options: ExplorerOptions = {}): Promise<Explorer> {
  const explorer = new Explorer(options);
  await explorer.read();
  return explorer;
}

beforeEach(() => enterFolder(project));

describe('the routes of an explorer', () => {
  async function application(): Promise<unknown> {
    const authorizer = await Authorizer.load({ policies: policy, types });
    const app = createExpress();
    app.use(express.authorization(authorizer, { actor: () => null }));
    app.get('/health', express.skipAuthorization('liveness probe'), (_req, res) => void res.end());
    app.get(
      '/notes/:id',
      express.authorize('read', () => undefined),
      (_req, res) => void res.end(),
    );
    app.post('/notes', express.authorize('edit', 'Note'), (_req, res) => void res.end());
    app.get('/debug', (_req, res) => void res.end());
    return app;
  }
  const module = 'export const app = globalThis.exploredApplication;\n';

  beforeEach(async () => {
    (globalThis as { exploredApplication?: unknown }).exploredApplication = await application();
    await writeFiles({ 'app.mjs': module });
  });

  it('lists the routes with their requirements, and the type of each check that names one', async () => {
    const explorer = await open({ application: 'app.mjs' });
    const found = await explorer.routes(false);
    expect(found).toMatchObject({
      kind: 'routes',
      routes: [
        {
          method: 'GET',
          path: '/health',
          status: 'skipped',
          requirement: 'skipped: liveness probe',
          checks: [],
        },
        { path: '/notes/:id', status: 'authorized', checks: [{ action: 'read', type: undefined }] },
        { method: 'POST', status: 'authorized', checks: [{ action: 'edit', type: 'Note' }] },
        { path: '/debug', status: 'unprotected', findings: ['GET /debug has no requirement'] },
      ],
    });
  });

  it('lists the rules of a changed policy, and throws for an application that fails until it is repaired', async () => {
    const explorer = await open({ application: 'app.mjs' });
    const rulesOf = async (): Promise<unknown> => {
      const found = await explorer.routes(false);
      return found.kind === 'routes' && found.routes[2]!.rules;
    };
    expect(await rulesOf()).toMatchObject([{ text: '"edit" if "owner" on "organization";' }]);
    await writeFiles({ [policy]: (await contentOf(policy)).replace('"edit" if', '# "edit" if') });
    await explorer.read();
    expect(await rulesOf()).toEqual([]);
    await writeFiles({ 'app.mjs': 'throw new Error("no database");' });
    await expect(explorer.routes(true)).rejects.toThrow('no database');
    await writeFiles({ 'app.mjs': module });
    expect(await explorer.routes(false)).toMatchObject({ kind: 'routes' });
  });

  it('lists no routes without an application', async () => {
    expect(await (await open()).routes(false)).toEqual({ kind: 'none' });
  });
});

describe('the answers of an explorer', () => {
  it('answers questions with the classes of the project', async () => {
    await enterFolder({
      'a.polar': 'allow(user: User, "read", note: Note) if user.owns(note);\n',
      'nanook.config.mjs': `class User { constructor(id) { this.id = id; } owns(note) { return note.ownerId === this.id; } }
export default { types: { User, Note: { class: class Note {}, fields: { ownerId: 'Integer' } } }, fixtures: { ann: new User(1), ben: new User(2) } };
`,
    });
    const explorer = await open();
    const ask = (actor: string, resource: string) => explorer.explain({ actor, action: 'read', resource });
    expect(await ask('ann', 'Note{ownerId: 1}')).toMatchObject({ explanation: { outcome: 'allowed' } });
    expect(await ask('ben', 'Note{ownerId: 1}')).toMatchObject({ explanation: { outcome: 'denied' } });
    await expect(ask('eve', 'Note{ownerId: 1}')).rejects.toThrow('no fixture has the name `eve`');
    await writeFiles({ 'nanook.config.mjs': 'throw new Error("broken");' });
    await expect(explorer.read()).rejects.toThrow('broken');
    await expect(ask('ann', 'ben')).rejects.toThrow('the project cannot be read');
  });
});

describe('the decisions of an explorer', () => {
  beforeEach(async () => {
    const log = decisionLog({ sinks: [jsonLines({ folder: 'audit' })] });
    const authorizer = await Authorizer.load({ policies: policy, types, ...log.hooks });
    await authorizer.can(ann, 'edit', report);
    await authorizer.can(ben, 'edit', report);
    await authorizer.can(ben, 'read', report);
    await log.close();
  });
  const open_ = () => open({ log: ['audit'] });
  const list = async (explorer: Explorer, filters: Readonly<Record<string, string>> = {}) => {
    const found = await explorer.decisions(new URLSearchParams(filters));
    if (found.kind === 'error') throw new Error(found.message);
    return found;
  };

  it('lists the newest decisions first, with the filters of nanook log', async () => {
    const explorer = await open_();
    const shown = async (filters: Readonly<Record<string, string>>) =>
      (await list(explorer, filters)).records.map(({ actor, action, outcome }) => [
        actor?.id,
        action,
        outcome,
      ]);
    expect(await shown({})).toEqual([
      ['8', 'read', 'allowed'],
      ['8', 'edit', 'denied'],
      ['7', 'edit', 'allowed'],
    ]);
    expect(await shown({ actor: 'User:8', outcome: 'denied' })).toEqual([['8', 'edit', 'denied']]);
    expect(await shown({ action: 'read, close', resource: 'Note:', from: '1h' })).toHaveLength(1);
    await expect(list(explorer, { from: 'yesterday' })).rejects.toThrow('--from expects a day');
    await expect(list(explorer, { outcome: 'maybe' })).rejects.toThrow(
      'expected the outcome allowed, denied',
    );
  });

  it('decides a record again with the policies of today', async () => {
    const explorer = await open_();
    const { records } = await list(explorer, { actor: 'User:8', action: 'edit' });
    const replay = () => explorer.replay(JSON.stringify(records[0]));
    expect(await replay()).toMatchObject({
      kind: 'decision',
      holds: true,
      explanation: { outcome: 'denied' },
    });
    await writeFiles({
      [policy]: `${await contentOf(policy)}allow(user: User, "edit", note: Note) if note.authorId = user.id;\n`,
    });
    await explorer.read();
    expect(await replay()).toMatchObject({
      holds: false,
      explanation: { outcome: 'allowed', query: 'allow(ben, "edit", report)' },
      notes: [],
    });
  });

  it('throws for a policy with an error, a missing log and a record of a request', async () => {
    const explorer = await open_();
    const { records } = await list(explorer);
    const request = { ...records[0], kind: 'allow_request', action: null };
    await expect(explorer.replay(JSON.stringify(request))).rejects.toThrow('cannot be repeated');
    await expect(explorer.replay('{}')).rejects.toThrow('expected a record');
    await writeFiles({ [policy]: 'allow(' });
    await explorer.read();
    await expect(explorer.replay(JSON.stringify(records[0]))).rejects.toThrow('policy/main.polar:1');
    const other = await open();
    expect(() => other.decisions(new URLSearchParams())).toThrow('nanook explore --log');
  });
});
