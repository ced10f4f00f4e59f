import { samples } from './all-samples.js';
import { loadProject, type LoadedProject } from './load-project.js';
import { emptyProject, type ProjectText } from './project-text.js';

export function sampleProject(id: string): ProjectText {
  const found = samples.find((sample) => sample.id === id);
  if (found === undefined) throw new Error(`no sample ${id}`);
  return found.project;
}

export async function loaded(text: ProjectText): Promise<LoadedProject> {
  const result = await loadProject(text);
  if (result.loaded === undefined) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.loaded;
}

export const notes: ProjectText = {
  ...emptyProject,
  policies: [
    {
      name: 'main.polar',
      source: `allow(user: User, "read", note: Note) if
  note.isPublic or
  note.ownerId = user.id;

allow(user: User, "edit", note: Note) if
  note.ownerId = user.id;

test "owners" {
  assert allow(ann, "edit", draft);
}
`,
    },
  ],
  types: JSON.stringify({
    User: { key: 'id', fields: { id: 'Integer' } },
    Note: { key: 'id', fields: { id: 'Integer', ownerId: 'Integer', isPublic: 'Boolean' } },
  }),
  data: JSON.stringify({
    ann: { $type: 'User', id: 1 },
    ben: { $type: 'User', id: 2 },
    draft: { $type: 'Note', id: 10, ownerId: 1, isPublic: false },
    news: { $type: 'Note', id: 11, ownerId: 1, isPublic: true },
    partial: { $type: 'Note', id: 12, isPublic: false },
  }),
  question: { actor: 'ben', action: 'edit', resource: 'draft' },
};
