import { fact } from '@nanook/core';
import { expect, it } from 'vitest';
import { Workspace } from '../workspace/workspace.js';

const text = 'declare is_public(Note);\nallow(_, "read", note: Note) if is_public(note);\n';
const facts = [fact('is_public', ['this'], { where: { isPublic: true } })];

it('the hover on a fact says of which rows it is one', () => {
  const workspace = new Workspace({ types: { Note: { fields: { isPublic: 'Boolean' }, facts } } });
  workspace.update('a.polar', text);
  for (const offset of [text.indexOf('is_public'), text.lastIndexOf('is_public')]) {
    const { code, text: sentences } = workspace.hover('a.polar', offset)!;
    expect(code).toContain('is_public(note: Note) if note.isPublic = true;');
    expect(sentences).toContain('facts of Note');
  }
  expect(workspace.findings).toEqual([]);
});

it('a fact that does not fit the policy is a finding without a place', () => {
  const wrong = [fact('is_public', ['this', 'isPublic'])];
  const workspace = new Workspace({ types: { Note: { fields: { isPublic: 'Boolean' }, facts: wrong } } });
  workspace.update('a.polar', text);
  expect(workspace.findings).toMatchObject([
    { code: 'POLAR_CHECK_INVALID_RULE', message: expect.stringMatching(/^facts of Note: /), span: undefined },
  ]);
});
