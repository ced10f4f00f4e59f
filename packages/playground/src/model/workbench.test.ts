import { Authorizer } from '@nanook/core';
import { describe, expect, it, vi } from 'vitest';
import { notes, sampleProject } from './load.fixture.js';
import { emptyProject } from './project-text.js';
import { problemsIn, Workbench } from './workbench.js';

async function open(text = notes): Promise<Workbench> {
  const workbench = new Workbench(text);
  await workbench.decide();
  return workbench;
}

const outcomeOf = ({ state: { answer } }: Workbench): string | undefined =>
  answer?.kind === 'decision' ? answer.outcome : answer?.kind;

const source = notes.policies[0]!.source;

describe('Workbench', () => {
  it('decides the question of a project, and each question after it', async () => {
    const workbench = await open();
    expect(outcomeOf(workbench)).toBe('denied');
    await workbench.ask({ actor: 'ann', action: 'edit', resource: 'draft' });
    expect(outcomeOf(workbench)).toBe('allowed');
    await workbench.ask({ actor: 'ann', action: 'edit', resource: 'partial' });
    expect(outcomeOf(workbench)).toBe('undecided');
  });

  it('keeps the last correct answer, marked as such, while the policy has an error', async () => {
    const workbench = await open();
    await workbench.edit('main.polar', source.replace('note.ownerId = user.id;', 'note.ownerId = ;'));
    expect(workbench.state).toMatchObject({ isCurrent: false, answer: { outcome: 'denied' } });
    const [problem] = problemsIn(workbench.state.problems, 'main.polar');
    expect(problem).toMatchObject({ severity: 'error' });
    await workbench.ask({ actor: 'ann', action: 'edit', resource: 'draft' });
    expect(workbench.state).toMatchObject({ isCurrent: false, answer: { outcome: 'allowed' } });
    await workbench.edit('main.polar', source);
    expect(workbench.state).toMatchObject({ isCurrent: true, answer: { outcome: 'allowed' }, problems: [] });
  });

  it.each([
    ['types', '{ "User": ', 'expected a value, found the end of the text'],
    ['types', '[]', 'expected an object with types by name'],
    ['types', '{ "User": { "fields": { "id": "Strings" } }, "Note": {} }', 'Strings'],
    ['data', '{ "ann": { "friend": { "$ref": "bob" } } }', 'no fixture has the name `bob`'],
    ['data', '{ "ann": }', 'expected a value, found `}`'],
    ['data', '{ "User": 1 }', 'has the name of a type'],
  ])('reports a mistake in the %s as a problem of this text', async (file, text, message) => {
    const workbench = await open();
    await workbench.edit(file, text);
    expect(problemsIn(workbench.state.problems, file)[0]?.message).toContain(message);
    expect(workbench.state).toMatchObject({
      isCurrent: false,
      failure: undefined,
      answer: { outcome: 'denied' },
    });
  });

  it('shows a name that does not exist, and a check that exceeds a limit, as no outcome', async () => {
    const workbench = await open();
    await workbench.ask({ actor: 'User{', action: 'edit', resource: 'draft' });
    // An unknown actor is replaced by the first one of the data when the project is decided.
    expect(workbench.state.text.question.actor).toBe('ann');
    await workbench.edit(
      'main.polar',
      'allow(_, "edit", n: Note) if endless(n, 1);\nendless(n, x) if endless(n, x + 1);',
    );
    expect(workbench.state.answer).toMatchObject({ kind: 'error' });
  });

  it('opens an empty project without an answer', async () => {
    const workbench = await open(emptyProject);
    expect(workbench.state).toMatchObject({ isCurrent: true, answer: { kind: 'no question' } });
    expect(workbench.state.problems).toMatchObject([
      { code: 'POLAR_CHECK_MISSING_ALLOW_RULE', severity: 'warning' },
    ]);
  });

  it('compares with the version that was opened until another one is chosen', async () => {
    const workbench = await open();
    const before = workbench.state.base;
    await workbench.edit('main.polar', `${source}allow(_: User, "edit", _: Note);`);
    expect(workbench.state.base).toBe(before);
    workbench.keepAsBase();
    expect(workbench.state.base).toBe(workbench.state.loaded);
  });

  it('decides the newest of many changes, and shows no older one', async () => {
    const workbench = await open();
    const changes = [1, 2, 3].map((i) => workbench.edit('main.polar', `${source}# ${i}\n`));
    await Promise.all(changes);
    expect(workbench.state.loaded?.text.policies[0]?.source).toBe(`${source}# 3\n`);
    expect(workbench.state.isCurrent).toBe(true);
  });

  it('offers a fix of a finding that `nanook check --fix` would make', async () => {
    const workbench = await open();
    await workbench.edit('main.polar', source.replace('isPublic or', 'isPublic ||'));
    const [problem] = problemsIn(workbench.state.problems, 'main.polar');
    expect(problem?.fix).toMatchObject({ text: 'or' });
  });

  it('loads the policies of GitClub once for a key, explains once, and needs no vocabulary', async () => {
    const workbench = await open(sampleProject('gitclub'));
    const text = workbench.state.text.policies[0]!;
    const loads = vi.spyOn(Authorizer, 'load');
    const explanations = vi.spyOn(Authorizer.prototype, 'explain');
    const { policy } = workbench.state.loaded!.authorizer;
    const vocabularies = vi.spyOn(Object.getPrototypeOf(policy) as typeof policy, 'vocabulary');
    for (let keys = 1; keys <= 3; keys++) {
      await workbench.edit(text.name, `${text.source}# ${keys}\n`);
      expect(workbench.state).toMatchObject({ isCurrent: true, answer: { kind: 'decision' } });
      const counts = [loads, explanations, vocabularies].map(({ mock: { calls } }) => calls.length);
      expect(counts).toEqual([keys, keys, 0]);
    }
  });
});
