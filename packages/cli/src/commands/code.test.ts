import { describe, expect, it } from 'vitest';
import { codeUrl } from '../codes/docs-url.js';
import { nanook } from '../testing/run.fixture.js';

describe('nanook code', () => {
  it('prints the message, an example and its correction', async () => {
    expect(await nanook('code', 'POLAR_CHECK_FOREIGN_NAME')).toEqual({
      code: 0,
      out: `error POLAR_CHECK_FOREIGN_NAME

\`null\` is a variable in Polar, which matches any value; write \`nil\`

example
  f(x) if x = null;

corrected
  f(x) if x = nil;

${codeUrl('POLAR_CHECK_FOREIGN_NAME')}
`,
      err: '',
    });
  });

  it('finds a code by its end in lower case, and under its longer name', async () => {
    expect((await nanook('code', 'never_used')).out).toContain('warning NANOOK_LINT_NEVER_USED');
    expect((await nanook('explain-code', 'NANOOK_LOG_QUEUE_FULL')).out).toContain('whenFull');
  });

  it('lists all codes, each once', async () => {
    const { out } = await nanook('code');
    const codes = out.trim().split('\n');
    expect(codes.length).toBeGreaterThan(150);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('writes JSON', async () => {
    const { out } = await nanook('code', 'POLAR_PARSE_DUPLICATE_KEY', '--json');
    expect(JSON.parse(out)).toMatchObject({
      code: 'POLAR_PARSE_DUPLICATE_KEY',
      severity: 'error',
      example: 'limit({a: 1, a: 2});',
      fix: 'limit({a: 1, b: 2});',
    });
  });

  it('suggests a similar code, and names the codes that an end fits, with exit code 2', async () => {
    expect(await nanook('code', 'NEVER_USD')).toMatchObject({
      code: 2,
      err: 'no code is called NEVER_USD; did you mean NEVER_USED?\n',
    });
    expect(await nanook('code', 'INVALID_OPTION')).toMatchObject({
      code: 2,
      err: expect.stringContaining('several codes end with INVALID_OPTION: POLAR_TYPE_INVALID_OPTION, '),
    });
  });
});
