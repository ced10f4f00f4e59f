import { describe, expect, it } from 'vitest';
import { actionAt, placesOfAction } from './action-at.js';

/** Returns the action at the mark `|`. */
const at = (text: string): string | undefined => actionAt(text.replace('|', ''), text.indexOf('|'));

describe('actionAt', () => {
  it.each([
    ["await authorizer.can(user, 're|ad', note)", 'read'],
    ["@Authorize('re|ad', { resource: Note })", 'read'],
    ["router.get('/notes', authorize('li|st', Note), show)", 'list'],
    ['authorizer.list(\n  user,\n  "re|ad",\n  Note)', 'read'],
    ['req.authz.authorize<Note>(`re|ad`, note)', 'read'],
  ])('finds the action in %s', (text, action) => {
    expect(at(text)).toBe(action);
  });

  it.each([
    ["console.log('re|ad')"],
    ["const action = 're|ad';"],
    ["authorizer.can(user, 'read', note); log('re|ad')"],
    ["authorizer.c|an(user, 'read', note)"],
    ["scan('re|ad')"],
    ["authorizer.can(user, 'edit', note) || log('re|ad')"],
  ])('finds none in %s', (text) => {
    expect(at(text)).toBeUndefined();
  });
});

describe('placesOfAction', () => {
  it('finds each text of the action in a call, and no other text', () => {
    const source = `// can(user, 'read', note)
      if (await authorizer.can(user, 'read', note)) log('read');
      @Authorize("read") read() { return list('reader'); }
      const read = 'read'; can(user, \`read\`, find(')'));
      authorizer.can(find('('), 'read');`;
    const places = placesOfAction(source, 'read');
    expect(places.map(({ start, end }) => source.slice(start - 7, end + 1))).toEqual([
      "user, 'read'",
      "user, 'read'",
      'orize("read"', // cspell:ignore orize
      'user, `read`',
      "'('), 'read'",
    ]);
  });
});
