import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Authorizer } from '../authorization/authorizer.js';
import { isPolicyError, PolicyError } from './policy-error.js';
import { PolarError } from './polar-error.js';

// A log of an error or a warning contains the code, the place and the frame, but not the policy.

const marker = 'TEXT_FAR_AWAY';
const padding = `# ${marker}\n`.repeat(80);
const policies = (text: string) => [{ name: 'policy.polar', source: `${padding}${text}\n${padding}` }];

async function loadError(text: string): Promise<PolicyError> {
  try {
    await Authorizer.load({ policies: policies(text), types: { User: {} } });
  } catch (error) {
    if (isPolicyError(error)) return error;
    throw error;
  }
  throw new Error('the policy loads');
}

/** Serializes an error as pino does: the type, the message, the stack, and then all enumerable properties. */
function pinoLike(error: Error): string {
  const logged: Record<string, unknown> = { type: error.name, message: error.message, stack: error.stack };
  for (const key in error) logged[key] ??= (error as unknown as Record<string, unknown>)[key];
  return JSON.stringify(logged);
}

const broken = 'allow(user: User, "read", _) if usr.id = 1;';

describe('a logged PolicyError', () => {
  it.each([
    ['util.inspect', (error: Error) => inspect(error)],
    [
      'util.inspect with getters and hidden members',
      (error: Error) => inspect(error, { depth: null, showHidden: true }),
    ],
    ['JSON.stringify', (error: Error) => JSON.stringify(error)],
    ['a serializer that enumerates', pinoLike],
  ])('shows code, place and message in %s, and no other line of the policy', async (_, log) => {
    const text = log(await loadError(broken));
    expect(text).toContain('POLAR_CHECK_SINGLETON_VARIABLE');
    expect(text).toContain('policy.polar:81:');
    expect(text).toContain('usr');
    expect(text.split(marker).length - 1).toBeLessThanOrEqual(4); // of 160: the line before, in the frames of message and stack
  });

  it('keeps message and place in a structured clone, without the policy', async () => {
    const clone = structuredClone(await loadError(broken));
    expect(clone.message).toContain('policy.polar:81:');
    expect(inspect(clone, { depth: null }).split(marker).length - 1).toBeLessThanOrEqual(2);
  });

  it('shows 12 of 50 errors and counts the others', async () => {
    const error = await loadError('allow(x, 1, 2);\n'.repeat(50));
    expect(error.diagnostics).toHaveLength(50);
    expect(error.message).toContain('… and 38 more');
    expect(inspect(error).split('\n').length).toBeLessThan(100);
    expect(JSON.stringify(error).length).toBeLessThan(16_000);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name: 'PolicyError', errors: 50, line: 81 });
  });
});

describe('a logged diagnostic', () => {
  it.each([
    ['util.inspect', (value: unknown) => inspect(value, { depth: null })],
    ['JSON.stringify', (value: unknown) => JSON.stringify(value)],
    ['structuredClone', (value: unknown) => JSON.stringify(structuredClone(value))],
  ])('has no text of the policy in %s', async (_, log) => {
    const authorizer = await Authorizer.load({
      policies: policies('allow(_: Usr, "read", _);'),
      types: { User: {} },
      onWarning: () => {},
    });
    const text = log(authorizer.policy.warnings);
    expect(text).toContain('POLAR_CHECK_UNKNOWN_SPECIALIZER');
    expect(text).toContain('policy.polar');
    expect(text).not.toContain(marker);
  });

  it('names at most 20 of a thousand known types', async () => {
    const types = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`User${i}`, {}]));
    const authorizer = await Authorizer.load({
      policies: 'allow(_: User10x, "read", _);',
      types,
      onWarning: () => {},
    });
    const [{ message, data }] = authorizer.policy.warnings as [(typeof authorizer.policy.warnings)[number]];
    expect(message).toContain('did you mean `User10`');
    expect((data as { known: string[] }).known).toHaveLength(20);
    expect((data as { known: string[] }).known).toContain('User10');
  });
});

describe('an error during a check', () => {
  it('shows its frame and no other line of the policy', async () => {
    const authorizer = await Authorizer.load({ policies: policies('allow(x, _, _) if x.y = 1;') });
    const error: unknown = await authorizer.can({}, 'read', 1).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PolarError);
    for (const text of [inspect(error), JSON.stringify(error), pinoLike(error as Error)]) {
      expect(text).toContain('POLAR_UNDECIDED_MISSING_ATTRIBUTE');
      expect(text.split(marker).length - 1).toBeLessThanOrEqual(4);
    }
  });
});

describe('console.warn without onWarning', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('prints 12 warnings of a load and counts the others', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await Authorizer.load({ policies: 'allow(_: Usr, "read", _);\n'.repeat(50), types: { User: {} } });
    expect(warn).toHaveBeenCalledTimes(13);
    expect(warn.mock.lastCall).toEqual(['[warning] … and 38 more; the option `onWarning` receives them all']);
  });
});
