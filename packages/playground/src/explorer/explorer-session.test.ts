import type { ExplorerState } from '@nanook/cli/tools';
import { describe, expect, it } from 'vitest';
import { emptyProject, withText } from '../model/project-text.js';
import { Workbench } from '../model/workbench.js';
import type { ExplorerClient } from './explorer-client.js';
import { ExplorerSession } from './explorer-session.js';

const source = 'allow(user: User, "read", note: Note) if note.ownerId = user.id;\n';
const config = {
  types: { User: { fields: { id: 'Integer' } }, Note: { fields: { ownerId: 'Integer' } } },
  fixtures: {
    ann: { $type: 'User', id: 1 },
    ben: { $type: 'User', id: 2 },
    draft: { $type: 'Note', ownerId: 1 },
  },
};

/** The command, with the texts that a page has saved. */
class Command {
  readonly saved: unknown[] = [];
  #version = 0;
  policies = [
    { name: 'a.polar', source },
    { name: 'b.polar', source: '' },
  ];
  error: string | undefined;
  refusal: string | undefined;

  state(): Promise<ExplorerState> {
    const common = { version: ++this.#version, name: 'notes', isEditable: false, hasLog: false };
    return Promise.resolve(
      this.error === undefined
        ? {
            ...common,
            kind: 'project',
            policies: this.policies,
            writable: ['a.polar'],
            config,
            notes: [],
            comparison: { compared: 0, differences: [] },
          }
        : { ...common, kind: 'error', message: this.error },
    );
  }
  allowEditing = (): Promise<void> => Promise.resolve();
  save(request: unknown): Promise<void> {
    if (this.refusal !== undefined) return Promise.reject(new Error(this.refusal));
    this.saved.push(request);
    return Promise.resolve();
  }
}

async function open(): Promise<{ command: Command; session: ExplorerSession; workbench: Workbench }> {
  const command = new Command();
  const workbench = new Workbench(emptyProject);
  const session = new ExplorerSession(command as unknown as ExplorerClient, workbench);
  await session.refresh();
  return { command, session, workbench };
}
const outcomeOf = ({ state: { answer } }: Workbench): unknown =>
  answer?.kind === 'decision' ? answer.outcome : answer?.kind;
const textOf = ({ state: { text } }: Workbench, name: string): string | undefined =>
  text.policies.find((policy) => policy.name === name)?.source;

describe('ExplorerSession', () => {
  it('opens the project of the command, and asks its first question', async () => {
    const { session, workbench } = await open();
    expect(workbench.state.text.question).toEqual({ actor: 'ann', action: 'read', resource: 'draft' });
    expect(outcomeOf(workbench)).toBe('allowed');
    expect(session.view).toMatchObject({ isEditing: false, state: { name: 'notes' } });
  });

  it('follows the files with the question of the reader, and keeps the first version to compare with', async () => {
    const { command, session, workbench } = await open();
    const { base } = workbench.state;
    await workbench.ask({ actor: 'ben', action: 'read', resource: 'draft' });
    expect(outcomeOf(workbench)).toBe('denied');
    command.policies = [{ name: 'a.polar', source: 'allow(_: User, "read", _: Note);\r\n' }];
    await session.refresh();
    expect(outcomeOf(workbench)).toBe('allowed');
    expect(textOf(workbench, 'a.polar')).toBe('allow(_: User, "read", _: Note);\n');
    expect(workbench.state.text.policies).toHaveLength(1);
    expect(workbench.state.base).toBe(base);
  });

  it('keeps the texts of the reader when files change, and saves only them, with the text that they started from', async () => {
    const { command, session, workbench } = await open();
    await session.edit();
    const mine = `${source}# mine\n`;
    await workbench.change(withText(withText(workbench.state.text, 'a.polar', mine), 'data', '{ "ann": 1 }'));
    expect(session.changed(workbench.state.text)).toEqual(['a.polar']);
    command.policies = [
      { name: 'a.polar', source },
      { name: 'b.polar', source: '# theirs\n' },
    ];
    await session.refresh();
    expect(textOf(workbench, 'a.polar')).toBe(mine);
    expect(textOf(workbench, 'b.polar')).toBe('# theirs\n');
    expect(workbench.state.text.data).toBe('{ "ann": 1 }');
    await session.save();
    expect(command.saved).toEqual([{ name: 'a.polar', source: mine, before: source }]);
    expect(session.changed(workbench.state.text)).toEqual([]);
    expect(session.isAsSaved(workbench.state.text)).toBe(false);
    await session.discard();
    expect(session.isAsSaved(workbench.state.text)).toBe(true);
    expect(textOf(workbench, 'a.polar')).toBe(mine);
  });

  it('shows the reason of a refusal, and keeps the text', async () => {
    const { command, session, workbench } = await open();
    await workbench.edit('a.polar', '# mine\n');
    command.refusal = 'a.polar has changed on the disk';
    await session.save();
    expect(session.view.notice).toBe('a.polar has changed on the disk');
    expect(session.changed(workbench.state.text)).toEqual(['a.polar']);
  });

  it('keeps the last version while the project cannot be read', async () => {
    const { command, session, workbench } = await open();
    command.error = 'nanook.config.ts cannot be loaded';
    await session.refresh();
    expect(session.view).toMatchObject({
      state: { kind: 'error', message: command.error },
      project: { kind: 'project' },
    });
    expect(outcomeOf(workbench)).toBe('allowed');
  });
});
