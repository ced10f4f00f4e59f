import { beforeEach, describe, expect, it } from 'vitest';
import type { PolicyProfile } from '@nanook/core';
import { enterFolder, nanook, project, writeFiles } from '../testing/run.fixture.js';

describe('nanook profile', () => {
  beforeEach(() => enterFolder(project));

  it('lists the rules that the checks of the fixtures entered, with their share of the time', async () => {
    const { code, out } = await nanook('profile', '--limit', '2');
    expect(code).toBe(0);
    const [summary, head, ...lines] = out.trimEnd().split('\n');
    expect(summary).toMatch(/^\d+ checks: \d+ steps in \d+\.\d\d ms, and 0\.00 ms of waiting for promises$/);
    expect(head!.trim()).toMatch(/^share +ms +waiting +entered +steps +rule$/);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^ *\d+ % +\d+\.\d\d +0\.00 +\d+ +\d+ +.*\(policy\/main\.polar:\d+\)$/);
    expect(lines[2]).toMatch(/^\d+ other rules cost less$/);
  });

  it('measures each record of a decision log, and writes JSON', async () => {
    const record = (resource: string) =>
      JSON.stringify({
        schema: 1,
        kind: 'allow',
        outcome: 'denied',
        actor: { type: 'User', id: '8' },
        action: 'read',
        resource: { type: 'Note', id: resource },
        at: '2026-01-31T09:30:00.123Z',
      });
    await writeFiles({ 'audit/decisions.jsonl': `${record('1')}\n${record('1')}\n` });
    const { code, out } = await nanook('profile', '--log', 'audit', '--json');
    expect(code).toBe(0);
    const { checks, rules } = JSON.parse(out) as PolicyProfile;
    expect(checks).toBe(2);
    expect(rules.find(({ name }) => name === 'allow')).toMatchObject({
      entered: 2,
      file: 'policy/main.polar',
    });
  });

  it('says that there is nothing to measure in an empty log', async () => {
    await writeFiles({ 'audit/decisions.jsonl': '' });
    const { code, err } = await nanook('profile', '--log', 'audit');
    expect(code).toBe(2);
    expect(err).toContain('there is no decision to measure: audit contains no record');
  });
});

describe('nanook bench', () => {
  beforeEach(() => enterFolder(project));

  it('measures the checks of each action and type after it has verified their answers', async () => {
    const { code, out } = await nanook('bench', '--time', '1');
    expect(code).toBe(0);
    const [summary, head, ...rows] = out.trimEnd().split('\n');
    expect(summary).toMatch(/^\d+ checks, verified on the reference engine; times in microseconds$/);
    expect(head!.trim()).toMatch(/^check +first +checks +allowed +actor, action, resource$/);
    expect(rows.some((row) => /^ *\d+\.\d\d +\d+ +\d+ +\d+ +User read Note$/.test(row))).toBe(true);
    expect(rows.some((row) => row.endsWith('User read type Note'))).toBe(true);
  });

  it('writes the times as JSON', async () => {
    const { out } = await nanook('bench', '--time', '1', '--json');
    const [first] = JSON.parse(out) as object[];
    expect(first).toMatchObject({
      actor: 'User',
      action: expect.any(String),
      checks: expect.any(Number),
      allowed: expect.any(Number),
      us: expect.any(Number),
      firstUs: expect.any(Number),
    });
  });

  it('exits with 1 when an answer differs from that of the reference engine', async () => {
    await enterFolder({
      'policy/main.polar': 'allow(user: User, "read", note: Note) if user.id = note.ownerId;',
      'nanook.config.mjs': `let reads = 0;
class Note { get ownerId() { return reads++ % 2; } }
class User { id = 1; }
export default { policies: ['policy/*.polar'], types: { User, Note }, fixtures: () => ({ ann: new User(), note: new Note() }) };`,
    });
    const { code, err } = await nanook('bench', '--config', 'nanook.config.mjs');
    expect(err).toContain('the engines differ for (');
    expect(code).toBe(1);
  });
});
