import { afterEach, describe, expect, it, vi } from 'vitest';
import { nanook, original, outcomeOf, type Library } from '../parity/both-libraries.fixture.js';
import { ann, User } from '../parity/world.fixture.js';

/** Decides checks and queries, and returns what is printed. */
const logOf = async (library: Library): Promise<readonly string[]> => {
  const { printed } = await outcomeOf(library, async () => {
    const oso = new library.Oso();
    oso.registerClass(User as never);
    await oso.loadStr(
      `allow(u: User, action, r) if has(u, action) and r = 1;
      allow(_, _, _) if false;
      has(_: User, "read");
      has(_: User, action) if action in ["write"] and cut;
      fact(1);
      fact(2) if 1 = 1;`,
      'app.polar',
    );
    const answers = [
      await oso.isAllowed(ann, 'read', 1),
      await oso.isAllowed(ann, 'delete', 1),
      await oso.isAllowed('ann', 'read', 1),
      await oso.queryRuleOnce('fact', 1, 2),
    ];
    for await (const result of oso.queryRule('fact', new library.Variable('x')))
      answers.push(result.size > 0);
    return answers;
  });
  return printed;
};

/** Returns lines without the names of variables, and calls without their arguments: those of oso are names in a body. */
const comparable = (lines: readonly string[]): string[] =>
  lines
    .map((line) => line.replace(/\b_\d*\b/g, '_').replace(/(QUERY RULE: has)\(.*\)$/, '$1'))
    // The scenario prints the same text as one call.
    .flatMap((text) => text.split('\n'));

afterEach(() => vi.unstubAllEnvs());

describe('the log of queries', { timeout: 60_000 }, () => {
  it.each([
    ['POLAR_LOG', '1'],
    ['POLAR_LOG', 'info'],
    ['POLAR_LOG', 'now,info'],
  ])('has the lines of oso with %s=%s', async (name, value) => {
    vi.stubEnv(name, value);
    const lines = await logOf(nanook);
    expect(comparable(lines)).toEqual(comparable(await logOf(original)));
    expect(lines.some((line) => line.includes('QUERY RULE: has(') && line.endsWith('"read")'))).toBe(true);
  });

  it.each([
    ['POLAR_LOG', 'trace'],
    ['RUST_LOG', 'debug'],
  ])('has the lines of the level info with %s=%s', async (name, value) => {
    vi.stubEnv(name, value);
    const lines = await logOf(nanook);
    vi.unstubAllEnvs();
    vi.stubEnv('POLAR_LOG', 'info');
    expect(lines).toEqual(await logOf(nanook));
  });

  it.each(['', '0', 'off', 'trace,off'])('is empty with POLAR_LOG=%j, as in oso', async (value) => {
    vi.stubEnv('POLAR_LOG', value);
    expect(await logOf(nanook)).toEqual([]);
    expect(await logOf(original)).toEqual([]);
  });
});
