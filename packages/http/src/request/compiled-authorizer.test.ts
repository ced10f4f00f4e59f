import { compilePolicy } from '@nanook/core/compile';
import { CompiledAuthorizer, type PolicyModule } from '@nanook/core/compiled';
import { describe, expect, it } from 'vitest';
import { RequestAuthorization } from './request-authorization.js';

const policies = `
  allow("ann", "create", Note);
  allow("ann", "read", note: Note) if note.owner = "ann";
  allow_field("ann", "read", _: Note, "owner");
`;
const types = { Note: { fields: { owner: 'String', text: 'String' } } } as const;

async function authzOf(user: string): Promise<RequestAuthorization> {
  const text = await compilePolicy({ policies, types, format: 'cjs' });
  const module = { exports: undefined as unknown as PolicyModule };
  // oxlint-disable-next-line typescript/no-implied-eval -- an application imports the file with this text
  (new Function('module', text) as (target: object) => void)(module);
  return new RequestAuthorization(CompiledAuthorizer.load(module.exports, { types }), {
    actor: () => user,
    explain: () => ({}),
  });
}

describe('a request with an authorizer that was compiled ahead of time', () => {
  it('authorizes the name of a type, and refuses others', async () => {
    await (await authzOf('ann')).load('create', 'Note');
    await expect((await authzOf('ben')).load('create', 'Note')).rejects.toMatchObject({ status: 403 });
    await expect((await authzOf('ann')).load('create', 'Letter')).rejects.toMatchObject({
      code: 'POLAR_TYPE_UNKNOWN_TYPE',
    });
  });

  it.each<[string, (authz: RequestAuthorization) => Promise<unknown>]>([
    ['where', (authz) => authz.where('read', 'Note')],
    ['list', (authz) => authz.list('read', 'Note')],
    ['count', (authz) => authz.count('read', 'Note')],
    ['one', (authz) => authz.one('read', 'Note', 1)],
    ['authorizeNew', (authz) => authz.authorizeNew('create', 'Note', {})],
    ['authorizeChange', (authz) => authz.authorizeChange('read', 'Note', 1, {})],
    ['actions', (authz) => authz.actions({})],
    ['fields', (authz) => authz.fields('read', {})],
    ['explain', (authz) => authz.explain('read', {})],
  ])('explains that `%s` needs an Authorizer, and decides nothing', async (name, call) => {
    const authz = await authzOf('ann');
    await expect(call(authz)).rejects.toMatchObject({
      code: 'NANOOK_HTTP_INVALID_OPTION',
      message: expect.stringContaining(`must be an Authorizer for \`${name}\``) as string,
    });
    expect(authz.isSettled).toBe(false);
  });
});
