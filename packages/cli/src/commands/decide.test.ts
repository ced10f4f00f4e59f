import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentOf, enterFolder, nanook, project } from '../testing/run.fixture.js';

describe('commands that decide checks', () => {
  beforeEach(() => enterFolder(project));

  it('explain prints the reason, and exits with 0 only if the action is allowed', async () => {
    const allowed = await nanook('explain', 'ann', 'edit', 'report');
    expect(allowed.code).toBe(0);
    expect(allowed.out).toMatch(/^allowed: allow\(User\{id: 7\}, "edit", Note\{id: 3\}\)/);
    const denied = await nanook('explain', 'ben', 'edit', 'report');
    expect(denied.code).toBe(1);
    expect(denied.out).toContain('`organization.ownerId = user.id`: 7 is not 8');
  });

  it('explain accepts values in the syntax of Polar, with fixtures inside', async () => {
    const row = 'Note{id: 4, authorId: 5, organization: acme}';
    expect((await nanook('explain', 'User{id: 7}', 'edit', row)).code).toBe(0);
    expect((await nanook('explain', 'User{id: 8}', 'edit', row)).code).toBe(1);
    expect((await nanook('explain', 'User{id: 5}', 'read', row)).code).toBe(0);
  });

  it('explain writes JSON and a page', async () => {
    const { out } = await nanook('explain', 'ben', 'edit', 'report', '--json', '--html', 'why.html');
    expect(JSON.parse(out)).toMatchObject({ outcome: 'denied', query: expect.stringContaining('"edit"') });
    expect(await contentOf('why.html')).toMatch(/^<!doctype html>/i);
  });

  it('query prints each answer, and exits with 1 without one', async () => {
    expect(await nanook('query', 'allow(ann, action, report)')).toMatchObject({
      code: 0,
      out: 'action = "read"\naction = "edit"\n',
    });
    expect(await nanook('query', '1 = 2')).toMatchObject({ code: 1, out: 'no answer\n' });
    expect(await nanook('query', '1 = 1')).toMatchObject({ code: 0, out: 'true\n' });
  });

  it('query writes JSON, also for rows that refer to each other', async () => {
    await enterFolder({
      'a.polar': 'f(x, y) if y = x.next;',
      'nanook.config.json': JSON.stringify({
        fixtures: { one: { id: 1, next: { $ref: 'two' } }, two: { id: 2, next: { $ref: 'one' } } },
      }),
    });
    const { out } = await nanook('query', 'f(one, y)', '--json');
    expect(JSON.parse(out).answers).toEqual([{ y: { id: 2, next: { id: 1, next: '[circular]' } } }]);
  });

  it('query exits with 2 for a syntax error, with its place', async () => {
    expect(await nanook('query', 'f(')).toMatchObject({ code: 2, err: expect.stringContaining('query:1:3') });
  });

  it('who-can lists each name once, also if two names are one value', async () => {
    await enterFolder({
      'a.polar': 'allow(user: User, "read", _: Note) if user.id = 1;',
      'nanook.config.mjs': `class User { constructor(id) { this.id = id; } }
const ann = new User(1);
export default { types: { User, Note: {} }, fixtures: { ann, anna: ann, anita: new User(1), ben: new User(2) } };`,
    });
    expect((await nanook('who-can', 'read', 'Note{id: 1}')).out).toBe('ann\nanna\nanita\n');
    expect((await nanook('who-can', 'read', 'Note{id: 1}', '--actors', 'ann', 'ben', 'ann')).out).toBe(
      'ann\n',
    );
  });

  it('what-can and who-can list the allowed actions and actors', async () => {
    expect((await nanook('what-can', 'ann', 'report')).out).toBe('edit\nread\n');
    expect((await nanook('what-can', 'cem', 'report')).out).toBe('no action is allowed\n');
    expect((await nanook('who-can', 'read', 'report', '--actors', 'ann', 'ben', 'cem')).out).toBe(
      'ann\nben\n',
    );
    expect(JSON.parse((await nanook('who-can', 'edit', 'report', '--json')).out)).toEqual({
      allowed: ['ann'],
      undecided: [],
    });
  });

  it('where prints the rows and the query of each listed type of GitClub', async () => {
    process.chdir(fileURLToPath(new URL('../../../../examples/gitclub', import.meta.url)));
    for (const type of ['Organization', 'Repository', 'Issue', 'Profile']) {
      const { code, out } = await nanook('where', 'bob', 'read', type);
      expect(code).toBe(0);
      expect(out).toContain(`rows of ${type}: `);
    }
    const { out } = await nanook('where', 'bob', 'read', 'Repository');
    expect(out).toContain('repository.id = "tongs"');
    expect(out).toMatch(/query: WHERE .*"repositories"."organization_id"/);
  });

  it('where prints the condition, its rules and, with the option sql, the query', async () => {
    await enterFolder({
      'a.polar': 'allow(user: User, "read", note: Note) if note.authorId = user.id;',
      'nanook.config.json': JSON.stringify({
        types: { User: { fields: { id: 'Integer' } }, Note: { fields: { authorId: 'Integer' } } },
        fixtures: { ann: { $type: 'User', id: 7 } },
        sql: { dialect: 'sqlite', tables: { User: 'users', Note: 'notes' } },
      }),
    });
    const { code, out } = await nanook('where', 'ann', 'read', 'Note');
    expect(code).toBe(0);
    expect(out).toContain('rows of Note: note.authorId = 7');
    expect(out).toMatch(/query: WHERE .*"authorId" = \?/);
    expect(out).toContain('  1: 7');
  });

  it('where hides the values of a query whose condition has a secret', async () => {
    await enterFolder({
      'a.polar': 'allow(user: User, "read", note: Note) if note.owner = user.email and note.id != 5;',
      'nanook.config.json': JSON.stringify({
        types: {
          User: { fields: { email: { secret: 'String' } } },
          Note: { fields: { id: 'Integer', owner: 'String' } },
        },
        fixtures: { ann: { $type: 'User', email: 'ann@example.org' } },
        sql: { dialect: 'sqlite', tables: { User: 'users', Note: 'notes' } },
      }),
    });
    const { out } = await nanook('where', 'ann', 'read', 'Note');
    expect(out).toContain('note.owner = ***');
    expect(out).toContain('  1: "***"');
    expect(out).not.toContain('ann@');
    expect((await nanook('where', 'ann', 'read', 'Note', '--json')).out).not.toContain('ann@');
  });

  it('name the fixtures for an unknown value, and exit with 2', async () => {
    const { code, err } = await nanook('explain', 'nobody', 'read', 'report');
    expect(code).toBe(2);
    expect(err).toContain('the fixtures are ann, ben, cem, acme, report');
  });

  it('exit with 2 for a row of an unknown type', async () => {
    expect(await nanook('what-can', 'Robot{id: 7}', 'report')).toMatchObject({
      code: 2,
      err: expect.stringContaining('found Robot'),
    });
  });

  it('name the fixture that a reference misses, and exit with 2', async () => {
    await enterFolder({
      ...project,
      'nanook.config.json': '{ "fixtures": { "a": { "b": { "$ref": "c" } } } }',
    });
    expect(await nanook('query', 'a = x')).toMatchObject({ code: 2, err: expect.stringContaining('`c`') });
  });

  it('exit with 1 for a policy with an error, and show it', async () => {
    await enterFolder({ ...project, 'policy/bad.polar': 'allow(a, "x"' });
    expect(await nanook('explain', 'ann', 'read', 'report')).toMatchObject({
      code: 1,
      err: expect.stringContaining('policy/bad.polar:1:13'),
    });
  });
});
