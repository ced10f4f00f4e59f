import { beforeEach, describe, expect, it } from 'vitest';
import { enterFolder, project, recordedIo } from '../testing/run.fixture.js';
import { complete } from './complete.js';
import { Session } from './session.js';

async function talk(...inputs: readonly string[]): Promise<{ readonly out: string; readonly err: string }> {
  const io = recordedIo();
  const session = await Session.open({}, io);
  for (const input of inputs) await session.answer(input);
  return io.texts;
}

describe('Session', () => {
  beforeEach(() => enterFolder(project));

  it('prints the answers of a query, and false without one', async () => {
    const { out } = await talk(
      'allow(ann, action, report);',
      'x in [1, 2] and y = x;;',
      '1 = 2',
      '1 = 1',
      '',
    );
    expect(out).toBe('action = "read"\naction = "edit"\nx = 1, y = 1\nx = 2, y = 2\nfalse\ntrue\n');
  });

  it('prints a condition on a variable that has no single value', async () => {
    const { out } = await talk('x > 1', 'has_role(user, "owner", acme)');
    expect(out).toBe('x where x > 1\nuser where user matches User and 7 = user.id\n');
  });

  it('prints an error and goes on', async () => {
    const { out, err } = await talk('f(', ':nothing', 'has_no_rule(1)', '1 = 1');
    expect(err).toContain('query:1:3');
    expect(err).toContain(':help lists the commands');
    expect(err).toContain('has_no_rule');
    expect(out).toBe('true\n');
  });

  it('says that a query was stopped, and goes on', async () => {
    const io = recordedIo();
    const session = await Session.open({}, io);
    await session.answer('allow(ann, action, report)', AbortSignal.abort());
    await session.answer('1 = 1');
    expect(io.texts).toEqual({ out: 'true\n', err: 'stopped\n' });
  });

  it('says where rules belong', async () => {
    expect((await talk('f(x) if x = 1;')).err).toContain('A rule cannot be entered here');
  });

  it('explains a check and a query', async () => {
    const { out } = await talk(':explain ben edit report', ':explain has_role(ann, "owner", acme)');
    expect(out).toContain('denied: allow(User{id: 8}, "edit", Note{id: 3})');
    expect(out).toContain('allowed: has_role(');
  });

  it('loads other policies, and keeps the policy if a load fails', async () => {
    await enterFolder({ ...project, 'other/a.polar': 'other(1);\n', 'other/bad.txt': '' });
    const { out, err } = await talk(
      ':load nowhere.polar',
      'has_role(ann, "owner", acme)',
      ':load other',
      'other(x)',
    );
    expect(err).toContain('nowhere.polar');
    expect(out).toBe('true\nloaded other/a.polar\nx = 1\n');
  });

  it('lists types, rules and fixtures', async () => {
    const { out } = await talk(':types', ':fixtures');
    expect(out.trim().split('\n')).toEqual([
      'User',
      'Organization',
      'Note',
      'ann',
      'ben',
      'cem',
      'acme',
      'report',
    ]);
    expect((await talk(':rules')).out).toContain('has_permission');
  });

  it('completes commands, names and attributes', async () => {
    const { opened } = await Session.open({}, recordedIo());
    expect(complete(':ex', opened)).toEqual([[':explain'], ':ex']);
    expect(complete('allow(an', opened)).toEqual([['and', 'ann'], 'an']);
    expect(complete('has_r', opened)[0]).toEqual(['has_relation', 'has_role']);
    expect(complete('report.a', opened)).toEqual([['authorId'], 'a']);
  });
});
