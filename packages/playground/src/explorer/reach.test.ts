import { describe, expect, it } from 'vitest';
import { loaded, notes } from '../model/load.fixture.js';
import { cellKey } from '../model/matrix.js';
import { withText } from '../model/project-text.js';
import { reachOf } from './reach.js';

describe('reachOf', () => {
  it('lists the resources of each actor on which the policy allows the action of a route', async () => {
    const reach = await reachOf(await loaded(notes), { action: 'read', type: undefined }, undefined);
    expect(reach).toMatchObject({
      resources: ['draft', 'news', 'partial'],
      actors: [
        // The owner of the third note is not in the data.
        { actor: 'ann', allowed: ['draft', 'news'], unanswered: 1 },
        { actor: 'ben', allowed: ['news'], unanswered: 1 },
      ],
    });
  });

  it('takes the outcomes of the project where the page cannot decide as it does', async () => {
    const known = new Map([
      [cellKey({ actor: 'ben', action: 'read', resource: 'partial' }), 'allowed' as const],
    ]);
    const { actors } = await reachOf(await loaded(notes), { action: 'read', type: 'Note' }, known);
    expect(actors[1]).toEqual({ actor: 'ben', allowed: ['news', 'partial'], unanswered: 0 });
  });

  it('has no resource for an action or a type that the data lacks', async () => {
    const project = await loaded(notes);
    expect((await reachOf(project, { action: 'destroy', type: undefined }, undefined)).resources).toEqual([]);
    expect((await reachOf(project, { action: 'read', type: 'User' }, undefined)).resources).toEqual([]);
  });

  it('takes the first actors and resources of much data, and counts the checks that it leaves out', async () => {
    const rows = (type: string) => Array.from({ length: 150 }, (_, id) => [type + id, { $type: type, id }]);
    const data = JSON.stringify(Object.fromEntries([...rows('User'), ...rows('Note')]));
    const project = await loaded(withText(notes, 'data', data));
    const { actors, resources, omitted } = await reachOf(
      project,
      { action: 'read', type: 'Note' },
      undefined,
    );
    expect([actors.length, resources.length]).toEqual([100, 100]);
    expect(omitted).toBe(project.actors.length * (project.resources.length - 1) - 10_000);
  });
});
