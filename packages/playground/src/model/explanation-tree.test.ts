import type { Explanation } from '@nanook/core';
import { expect, it } from 'vitest';
import { ask } from './answer.js';
import { decisiveCondition, ruleCount, treeOf } from './explanation-tree.js';
import { loaded, notes, sampleProject } from './load.fixture.js';
import { rangeOf, rangeOfData } from './places.js';
import type { ProjectText, Question } from './project-text.js';

async function explain(project: ProjectText, question: Question = project.question): Promise<Explanation> {
  const answer = await ask(await loaded(project), question);
  if (answer.kind !== 'decision') throw new Error(answer.message);
  return answer.explanation;
}

it('shows the rule, the condition that fails with its values, and its place in the policy', async () => {
  const explanation = await explain(notes);
  const [miss] = treeOf(explanation);
  expect(miss).toMatchObject({ id: '0', sign: 'failed', place: { file: 'main.polar', line: 5 } });
  expect(miss?.children).toMatchObject([
    { id: '0.0', sign: 'failed', code: 'note.ownerId = user.id', reason: '1 is not 2', place: { line: 6 } },
  ]);
  const condition = decisiveCondition(explanation)!;
  const { source } = notes.policies[0]!;
  const { start, end } = rangeOf(source, condition, condition.text);
  expect(source.slice(start, end)).toBe('note.ownerId = user.id');
});

it('shows the rules of a proof below each other', async () => {
  const explanation = await explain(sampleProject('gitclub'), {
    actor: 'alice',
    action: 'delete',
    resource: 'anvil',
  });
  const [use] = treeOf(explanation);
  expect(use).toMatchObject({ sign: 'held', place: { file: 'policy/main.polar' } });
  expect(ruleCount(use!)).toBeGreaterThan(3);
});

it('marks a condition that the data cannot decide', async () => {
  const explanation = await explain(notes, { actor: 'ann', action: 'edit', resource: 'partial' });
  expect(treeOf(explanation).slice(0, 2)).toMatchObject([
    { sign: 'undecided' },
    { sign: 'undecided', children: [{ sign: 'undecided', code: 'note.ownerId = user.id' }] },
  ]);
});

it('finds a name of the data at its key, and not in a text', () => {
  const data = '{\n  "a": "b", "list": [{ "b": 1 }],\n  "b": { "$ref": "a" }\n}';
  expect(rangeOfData(data, 'b')).toEqual({
    start: data.lastIndexOf('"b"'),
    end: data.lastIndexOf('"b"') + 3,
  });
  expect(rangeOfData(data, 'c')).toBeUndefined();
});
