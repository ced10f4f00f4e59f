import { describe, expect, it } from 'vitest';
import type { DebugErrorCode } from '../debug/debug-error.js';
import { createDebugSession } from '../debug/index.js';
import { readInspectAddress } from '../node/inspect-address.js';
import * as core from '../node/index.js';
import { errorOfExample } from '../testing/run-example.fixture.js';

// Writes the codes of the debugger for `nanook code` and docs/reference/codes.md.

const stepping = (movements: string): string => `import { createDebugSession } from '@nanook/core/debug';

const authorizer = await Authorizer.load({ policies: 'allow("ann", "read", _);' });
const session = createDebugSession(authorizer, 'allow("ann", "read", "plan")');
${movements}`;

/** An example is a call, or the setting of the variable in a terminal. */
const examples = {
  NANOOK_DEBUG_NOT_STOPPED: {
    when: 'a command of the debugger is about a query that is not stopped',
    language: 'ts',
    wrong: stepping("session.back('back');"),
    fix: stepping("session.forwardSync('into');\nsession.back('back');"),
  },
  NANOOK_DEBUG_ADDRESS: {
    when: '`Authorizer.load` reads the variable `NANOOK_INSPECT`, or cannot open the port',
    language: 'console',
    wrong: 'NANOOK_INSPECT=0.0.0.0:9230 node server.js',
    fix: 'NANOOK_INSPECT=127.0.0.1:9230 node server.js',
  },
} as const;
/** The codes that `nanook debug --attach` prints. */
const attaching: {
  readonly [C in Exclude<DebugErrorCode, keyof typeof examples>]: Record<'when' | 'message', string>;
} = {
  NANOOK_DEBUG_TOKEN: {
    when: '`nanook debug --attach` connects with another token than the one that the process has printed',
    message: 'the token is not that of the process',
  },
  NANOOK_DEBUG_ATTACHED: {
    when: '`nanook debug --attach` connects to a process to which a debugger is attached; quit that one first',
    message: 'another debugger is attached',
  },
};

/** Returns the error of an example; undefined without an error. */
async function errorOf(example: string): Promise<(Error & { readonly code?: string }) | undefined> {
  try {
    const [, address] = /^NANOOK_INSPECT=(\S+)/.exec(example) ?? [];
    if (address !== undefined) readInspectAddress(address);
    else await errorOfExample(example, core, { '@nanook/core/debug': { createDebugSession } });
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

// The first example loads the TypeScript compiler, which takes longer than a test may.
const errors = await Promise.all(
  Object.entries(examples).map(async ([code, example]) => ({
    code,
    ofWrong: await errorOf(example.wrong),
    ofFix: await errorOf(example.fix),
    ...example,
  })),
);

describe('the codes of the debugger', () => {
  it.each(errors)('include $code, with an example and its correction', ({ code, ofWrong, ofFix }) => {
    expect(ofWrong?.code).toBe(code);
    expect(ofFix).toBeUndefined();
  });

  it('have entries in the file that the command line reads', async () => {
    const entry = { page: '../guides/debugging.md', severity: 'error' };
    const shown = errors.map(({ code, ofWrong, when, language, wrong, fix }) => ({
      code,
      ...entry,
      message: ofWrong?.message,
      when,
      language,
      example: wrong,
      fix,
    }));
    const others = Object.entries(attaching).map(([code, { when, message }]) => ({
      code,
      ...entry,
      message,
      when,
    }));
    const text = `${JSON.stringify([...shown, ...others], undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/debug.json');
  });
});
