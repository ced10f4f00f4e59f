import { describe, expect, it } from 'vitest';
import { actionAt } from './action-at.js';

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
  ])('finds none in %s', (text) => {
    expect(at(text)).toBeUndefined();
  });
});
