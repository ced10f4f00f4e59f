import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { describe, expect, it } from 'vitest';
import { sampledUnlessAll } from '../../../../tools/test-scope.js';

const source = readFileSync(new URL('lost-failures.ts', import.meta.url), 'utf8');
const { outputText } = transpileModule(source, {
  compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 },
});

/** Runs a script in a separate process. */
function run(script: string, args: readonly string[] = [], isWatched = true, env: NodeJS.ProcessEnv = {}) {
  const watch = isWatched ? "rememberFailure(new Error('remembered'), () => console.log('lost'));" : '';
  const whole = `${outputText.replaceAll('export ', '')}\n${watch}\n${script}`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...args, '--input-type=module', '--eval', whole],
    {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    },
  );
  // The location in the evaluated script, the process id and the count of rejections differ between runs.
  const text = stderr
    .replaceAll(/\[eval1\]:\d+(:\d+)?/g, '[eval1]')
    .replaceAll(/\(node:\d+\)/g, '(node)')
    .replaceAll(/\(rejection id: \d+\)/g, '');
  return { status, stdout, stderr: text.replaceAll(/^ +at .*\n/gm, '') };
}

const modes = ['throw', 'warn', 'none', 'strict', 'warn-with-error-code'] as const;

describe('the listener for lost failures', () => {
  const refused = `
    const refusal = new Error('refused');
    rememberFailure(refusal, () => console.log('lost'));
    async function check() { throw refusal; }
    check();
    setTimeout(() => console.log('alive'), 5);
  `;

  it.each([[], ['--unhandled-rejections=throw'], ['--unhandled-rejections=warn-with-error-code']])(
    'handles the failure of a check when Node runs with %s',
    (...args) => {
      expect(run(refused, args)).toEqual({ status: 0, stdout: 'lost\nalive\n', stderr: '' });
    },
  );

  it.each(['warn', 'none'])('receives the failure of a check with --unhandled-rejections=%s', (mode) => {
    expect(run(refused, [`--unhandled-rejections=${mode}`])).toMatchObject({
      status: 0,
      stdout: 'lost\nalive\n',
    });
  });

  it('handles the next failure after a foreign rejection', () => {
    const script = `
      process.on('uncaughtException', (error, origin) => console.log(origin, error.message));
      for (const name of ['a', 'b']) Promise.reject(new Error(name));
      setImmediate(() => setTimeout(() => { ${refused} }));
    `;
    expect(run(script).stdout).toBe('unhandledRejection a\nunhandledRejection b\nlost\nalive\n');
  });

  it('installs itself once for all copies of the package', () => {
    const { stdout } = run(`
      rememberFailure(new Error('another'), () => {});
      console.log(process.listenerCount('unhandledRejection'));
    `);
    expect(stdout).toBe('1\n');
  });

  const foreign: Record<string, string> = {
    'an error': "Promise.reject(new TypeError('foreign'))",
    'an error of an async function': "(async () => { await 0; throw new TypeError('foreign') })()",
    'a string': "Promise.reject('foreign')",
    undefined: 'Promise.reject()',
    'an error with a handler of uncaught exceptions': `
      process.on('uncaughtException', (error, origin) => console.log(origin, String(error)));
      process.on('uncaughtExceptionMonitor', (error, origin) => console.log('monitor', origin));
      Promise.reject(new TypeError('foreign'))`,
    'an error with another listener': `
      process.on('unhandledRejection', (reason) => console.log('theirs', String(reason)));
      Promise.reject(new TypeError('foreign'))`,
    'an error that is handled later': `
      process.on('rejectionHandled', () => console.log('handled later'));
      const late = Promise.reject(new TypeError('foreign'));
      process.on('uncaughtException', () => {});
      setTimeout(() => late.catch(() => {}), 5)`,
  };

  const foreignInModes = modes.flatMap((mode) => Object.keys(foreign).map((what) => [what, mode] as const));
  it.each(sampledUnlessAll(foreignInModes, 3))(
    'changes nothing for %s, with --unhandled-rejections=%s',
    (what, mode) => {
      const script = `${foreign[what]};\nsetTimeout(() => console.log('alive'), 20);`;
      const args = [`--unhandled-rejections=${mode}`];
      expect(run(script, args)).toEqual(run(script, args, false));
    },
  );

  it.each<[NodeJS.ProcessEnv, string[], number]>([
    [{ NODE_OPTIONS: '--unhandled-rejections=strict' }, [], 0],
    [{ NODE_OPTIONS: '--unhandled-rejections=strict' }, ['--unhandled-rejections', 'warn'], 1],
  ])('does not install itself in strict mode: %j %j', (env, args, count) => {
    const script = "console.log(process.listenerCount('unhandledRejection'))";
    expect(run(script, args, true, env).stdout).toBe(`${count}\n`);
  });
});
