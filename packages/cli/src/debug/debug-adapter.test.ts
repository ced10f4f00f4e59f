import { createServer, type AddressInfo, type Server } from 'node:net';
import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Authorizer } from '@nanook/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { enterFolder, project } from '../testing/run.fixture.js';
import { PolarDebugAdapter } from './debug-adapter.js';

let server: Server;
let client: DebugClient;

beforeAll(async () => {
  server = createServer((socket) => {
    const adapter = new PolarDebugAdapter();
    adapter.setRunAsServer(true);
    adapter.start(socket, socket);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterAll(() => void server.close());

beforeEach(async () => {
  await enterFolder(project);
  client = new DebugClient('node', 'unused', 'polar');
  await client.start((server.address() as AddressInfo).port);
});

afterEach(() => client.stop());

interface Settings {
  readonly lines?: readonly (number | DebugProtocol.SourceBreakpoint)[];
  readonly rules?: readonly string[];
  readonly filters?: readonly string[];
}

/** Starts a session with breakpoints. Returns them. */
async function start(
  request: () => Promise<unknown>,
  { lines = [], rules = [], filters = ['errors'] }: Settings = {},
): Promise<DebugProtocol.Breakpoint[]> {
  const initialized = client.waitForEvent('initialized');
  await client.initializeRequest();
  const requested = request();
  await initialized;
  const byLine = await client.setBreakpointsRequest({
    source: { path: resolve('policy/main.polar') },
    breakpoints: lines.map((line) => (typeof line === 'number' ? { line } : line)),
  });
  const byRule = await client.setFunctionBreakpointsRequest({ breakpoints: rules.map((name) => ({ name })) });
  await client.setExceptionBreakpointsRequest({ filters: [...filters] });
  await client.configurationDoneRequest();
  await requested;
  return [...byLine.body.breakpoints, ...byRule.body.breakpoints];
}

const launch =
  (args: object): (() => Promise<unknown>) =>
  () =>
    client.launchRequest(args as never);
const check = { actor: 'ben', action: 'edit', resource: 'report', stopOnEntry: false };

/** Waits for a stop. Returns its reason, and the innermost frame. */
async function stop(
  go?: () => Promise<unknown>,
): Promise<{ reason: string; frame: DebugProtocol.StackFrame; thread: number; at: string }> {
  const stopped = client.waitForEvent('stopped');
  await go?.();
  const { reason, threadId } = (await stopped).body as { reason: string; threadId: number };
  const { body } = await client.stackTraceRequest({ threadId });
  const frame = body.stackFrames[0]!;
  return { reason, frame, thread: threadId, at: `${reason} ${frame.name}:${frame.line}` };
}

async function scope(frameId: number, name: string): Promise<string[]> {
  const { body } = await client.scopesRequest({ frameId });
  const { variablesReference } = body.scopes.find((one) => one.name === name)!;
  const found = await client.variablesRequest({ variablesReference });
  return found.body.variables.map((variable) => `${variable.name} = ${variable.value}`);
}

describe('the input of a debug adapter', () => {
  const length = (text: string): string => `Content-Length: ${text.length}\r\n\r\n${text}`;
  const initialize = { seq: 1, type: 'request', command: 'initialize' };

  /** Returns what the adapter reports about an input, and its output. */
  async function session(
    text: string,
  ): Promise<{ readonly found: string | undefined; readonly out: string }> {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let found: string | undefined;
    const adapter = new PolarDebugAdapter((reason) => (found ??= reason));
    adapter.setRunAsServer(true);
    adapter.start(input, output);
    const closed = new Promise((resolve) => input.once('close', resolve));
    input.end(text);
    await closed;
    return { found, out: String(output.read() ?? '') };
  }

  it.each([
    ['', 'no message'],
    ['garbage in a line\n', "the string 'garbage in a line'"],
    [length('no JSON'), expect.stringMatching(/^a message that cannot be read: .*JSON/)],
    ['Content-Length: 50\r\n\r\n{', 'no message'],
  ])('is reported if it is %j', async (text, found) => {
    expect(await session(text)).toEqual({ found, out: '' });
  });

  it.each([initialize, { ...initialize, arguments: { adapterID: 'polar' } }])(
    'can leave out the format of paths: %j',
    async (request) => {
      const { found, out } = await session(length(JSON.stringify(request)));
      expect(found).toBeUndefined();
      expect(out).toContain('"success":true');
    },
  );
});

describe('the debug adapter', () => {
  it('offers stepping back, function breakpoints and filters', async () => {
    const { body } = await client.initializeRequest();
    expect(body).toMatchObject({
      supportsStepBack: true,
      supportsFunctionBreakpoints: true,
      supportsConditionalBreakpoints: true,
      supportsHitConditionalBreakpoints: true,
      supportsLogPoints: true,
      exceptionBreakpointFilters: [{ filter: 'failures' }, { filter: 'undecided' }, { filter: 'errors' }],
    });
  });

  it('stops at a line of a file, shows variables, and steps forward and back', async () => {
    const first = stop();
    const breakpoints = await start(launch(check), { lines: [22, 2, 99] });
    expect(breakpoints).toMatchObject([
      { verified: true, line: 22 },
      { verified: true, line: 5 },
      { verified: false },
    ]);
    const { at, thread, frame } = await first;
    expect(at).toBe('breakpoint has_role:22');
    expect(frame.source).toMatchObject({ name: 'main.polar', path: resolve('policy/main.polar') });
    const next = await stop(() => client.nextRequest({ threadId: thread }));
    expect(next.at).toBe('step has_role:23');
    expect(await scope(next.frame.id, 'Variables')).toEqual([
      'user = User{id: 8}',
      'organization = Organization{id: 1, ownerId: 7}',
    ]);
    expect(await scope(next.frame.id, 'Condition')).toEqual(['organization.ownerId = 7', 'user.id = 8']);
    expect(await scope(next.frame.id, 'Goals')).toEqual([]);
    const back = await stop(() => client.stepBackRequest({ threadId: thread }));
    expect(back.frame).toMatchObject({ line: 23, column: 26, endColumn: 33 });
    const reverse = await stop(() => client.reverseContinueRequest({ threadId: thread }));
    expect(reverse.at).toBe('breakpoint has_role:22');
    const stack = await client.stackTraceRequest({ threadId: thread });
    expect(stack.body.stackFrames.map(({ name }) => name)).toEqual([
      'has_role',
      'has_permission',
      'allow',
      'query',
    ]);
    const ended = client.waitForEvent('terminated');
    await client.continueRequest({ threadId: thread });
    await ended;
  });

  it('stops at rules and at conditions that fail', async () => {
    const first = stop();
    expect(
      await start(launch(check), { rules: ['has_relation', 'has_relations'], filters: ['failures'] }),
    ).toMatchObject([
      { verified: true },
      { verified: false, message: 'No loaded policy has a rule has_relations.' },
    ]);
    const { at, thread } = await first;
    expect(at).toBe('function breakpoint has_relation:20');
    const failure = await stop(() => client.continueRequest({ threadId: thread }));
    expect(failure.at).toBe('exception has_role:23');
    const { body } = await client.exceptionInfoRequest({ threadId: thread });
    expect(body).toMatchObject({ exceptionId: 'failure', description: 'organization.ownerId = user.id' });
  });

  it('stops at a breakpoint where its condition holds', async () => {
    const ended = client.waitForEvent('terminated');
    const stops: string[] = [];
    client.on('stopped', ({ body }: DebugProtocol.StoppedEvent) => stops.push(body.reason));
    await start(launch(check), { lines: [{ line: 22, condition: 'user.id = 7', hitCondition: '' }] });
    await ended;
    expect(stops).toEqual([]);
    const first = stop();
    await client.launchRequest(check as never);
    await client.setBreakpointsRequest({
      source: { path: resolve('policy/main.polar') },
      breakpoints: [{ line: 22, condition: 'user.id = 8', hitCondition: '>= 1' }],
    });
    await client.configurationDoneRequest();
    expect((await first).at).toBe('breakpoint has_role:22');
  });

  it('stops at a condition that cannot be decided, and names the reason', async () => {
    const outputs: string[] = [];
    client.on('output', ({ body }: DebugProtocol.OutputEvent) => outputs.push(body.output));
    const stopped = client.waitForEvent('stopped');
    await start(launch(check), { lines: [{ line: 22, condition: 'usr.id = 8' }] });
    const reason = 'cannot be decided: there is no variable `usr`, only user, organization';
    expect((await stopped).body).toMatchObject({
      reason: 'breakpoint',
      text: expect.stringContaining(reason),
    });
    expect(outputs.join('')).toContain(reason);
  });

  it('does not verify a breakpoint whose texts are not valid, and names the reason', async () => {
    const stopped = client.waitForEvent('stopped');
    const breakpoints = await start(launch({ ...check, stopOnEntry: true }), {
      lines: [
        { line: 22, condition: 'usr.id = 8' },
        { line: 22, condition: 'user.id =' },
        { line: 22, hitCondition: 'often' },
        { line: 22, logMessage: '{user.id} {usr.id}' },
        { line: 23, condition: 'user.id = 8', logMessage: '{user.id}' },
      ],
    });
    await stopped;
    expect(breakpoints).toEqual([
      {
        verified: false,
        line: 22,
        message:
          'The condition `usr.id = 8` is not valid: there is no variable `usr`, only user, organization.',
      },
      expect.objectContaining({
        verified: false,
        message: expect.stringMatching(/^The condition `user\.id =` is not valid: /),
      }),
      expect.objectContaining({ verified: false, message: expect.stringMatching(/found `often`\.$/) }),
      expect.objectContaining({
        verified: false,
        message: expect.stringMatching(/^The expression `usr\.id` of the message is not valid: /),
      }),
      { verified: true, line: 23 },
    ]);
  });

  it('prints the log message of a breakpoint, and does not stop', async () => {
    const outputs: string[] = [];
    client.on('output', ({ body }: DebugProtocol.OutputEvent) => outputs.push(body.output));
    const ended = client.waitForEvent('terminated');
    await start(launch(check), {
      lines: [{ line: 22, logMessage: 'owner {organization.ownerId}, not {user.id}' }],
    });
    await ended;
    expect(outputs).toContain('owner 7, not 8 (policy/main.polar:22)\n');
    expect(outputs).toContain('denied\n');
  });

  it('shows the parts of lists and objects, a page at a time', async () => {
    await enterFolder({
      'a.polar': 'f(list, row) if debug() and list matches List and row matches Dictionary;\n',
      'nanook.config.json': '{"queries":["f"]}',
    });
    const items = Array.from({ length: 300 }, (_, i) => i).join(', ');
    const { frame } = await stop(() =>
      start(launch({ query: `f([${items}], {id: 1, tags: ["a"]})`, stopOnEntry: false })),
    );
    const { body } = await client.scopesRequest({ frameId: frame.id });
    const variables = async (args: DebugProtocol.VariablesArguments): Promise<DebugProtocol.Variable[]> =>
      (await client.variablesRequest(args)).body.variables;
    const [list, row] = await variables({ variablesReference: body.scopes[0]!.variablesReference });
    expect(list).toMatchObject({ name: 'list', indexedVariables: 300 });
    const page = {
      variablesReference: list!.variablesReference,
      filter: 'indexed',
      start: 200,
      count: 2,
    } as const;
    expect((await variables(page)).map(({ name, value }) => `${name} = ${value}`)).toEqual([
      '200 = 200',
      '201 = 201',
    ]);
    expect(await variables({ ...page, filter: 'named' })).toEqual([]);
    const fields = await variables({ variablesReference: row!.variablesReference });
    expect(fields).toMatchObject([
      { name: 'id', value: '1', variablesReference: 0 },
      { name: 'tags', value: '["a"]', indexedVariables: 1 },
    ]);
    const watched = await client.evaluateRequest({ expression: 'row', frameId: frame.id, context: 'watch' });
    expect(watched.body).toMatchObject({ result: '{id: 1, tags: ["a"]}', namedVariables: 2 });
    expect(await variables({ variablesReference: watched.body.variablesReference })).toHaveLength(2);
  });

  it('calls a getter only when its value is wanted, and shows the values of paths with their parts', async () => {
    vi.stubGlobal('gettersCalled', 0);
    await enterFolder({
      'a.polar': 'f(note: Note) if debug() and note.owner.name = "ann";\n',
      'nanook.config.mjs': `class Note {
  tags = ["a", "b"];
  box = { inner: { id: 7 } };
  get owner() { globalThis.gettersCalled++; return { name: "ann" }; }
}
export default { queries: ["f"], types: { Note }, fixtures: { note: new Note() } };
`,
    });
    const calls = (): unknown => Reflect.get(globalThis, 'gettersCalled');
    const { frame, thread } = await stop(() => start(launch({ query: 'f(note)', stopOnEntry: false })));
    const evaluate = async (expression: string, context: string) =>
      (await client.evaluateRequest({ expression, frameId: frame.id, context })).body;
    expect(await evaluate('note.box.inner.id', 'hover')).toMatchObject({
      result: '7',
      variablesReference: 0,
    });
    const tags = await evaluate('note.tags', 'watch');
    expect(tags).toMatchObject({ result: '["a", "b"]', indexedVariables: 2 });
    await expect(evaluate('note.owner', 'hover')).rejects.toThrow('not computed');
    await expect(evaluate('note.owner.name', 'hover')).rejects.toThrow('not computed');
    const note = await evaluate('note', 'hover');
    const { body } = await client.variablesRequest({ variablesReference: note.variablesReference });
    expect(body.variables).toMatchObject([
      { name: 'tags' },
      { name: 'box' },
      { name: 'owner', value: 'a getter, which is not called', presentationHint: { lazy: true } },
    ]);
    expect(calls()).toBe(0);
    const { variablesReference } = body.variables[2]!;
    expect((await client.variablesRequest({ variablesReference })).body.variables).toMatchObject([
      { name: 'owner', value: '{name: "ann"}' },
    ]);
    expect(calls()).toBe(1);
    expect(await evaluate('note.owner.name', 'watch')).toMatchObject({ result: '"ann"' });
    expect(calls()).toBe(2);
    await client.continueRequest({ threadId: thread });
    vi.unstubAllGlobals();
  });

  it('stops on entry, steps into rules and out of them', async () => {
    const { at, thread, frame } = await stop(() => start(launch({ ...check, stopOnEntry: true })));
    expect(at).toBe('step query:1');
    const { body } = await client.sourceRequest({ sourceReference: frame.source!.sourceReference! });
    expect(body.content).toContain('allow(User{id: 8}, "edit", Note{id: 3');
    expect((await stop(() => client.stepInRequest({ threadId: thread }))).at).toBe('step allow:18');
    expect((await stop(() => client.stepInRequest({ threadId: thread }))).at).toBe('step allow:18');
    expect((await stop(() => client.stepInRequest({ threadId: thread }))).at).toBe('step has_permission:14');
    const ended = client.waitForEvent('terminated');
    await client.stepOutRequest({ threadId: thread });
    await ended;
  });

  it('computes expressions and queries', async () => {
    const { frame } = await stop(() =>
      start(launch({ query: 'has_role(user, "owner", acme) and user = ben', stopOnEntry: false }), {
        lines: [23],
      }),
    );
    const evaluate = async (expression: string, context = 'watch'): Promise<string> =>
      (await client.evaluateRequest({ expression, frameId: frame.id, context })).body.result;
    expect(await evaluate('organization')).toBe('Organization{id: 1, ownerId: 7}');
    expect(await evaluate('organization.ownerId + 1')).toBe('8');
    expect(await evaluate('x in [1, 2]', 'repl')).toBe('x = 1\nx = 2');
    expect(await evaluate('organization.ownerId', 'hover')).toBe('7');
    await expect(evaluate('organization.ownerId + 1', 'hover')).rejects.toThrow('not computed');
    await expect(evaluate('organization.other', 'hover')).rejects.toThrow('not computed');
    await expect(evaluate('organization.f()', 'hover')).rejects.toThrow('not computed');
    await expect(evaluate('f(', 'repl')).rejects.toThrow('expression:1:3');
  });

  it('shows _ for a variable without a value, with its conditions', async () => {
    await enterFolder({
      'a.polar': 'f(x) if debug() and x > 1 and x = 3;\n',
      'nanook.config.json': '{"queries":["f"]}',
    });
    const { frame } = await stop(() => start(launch({ query: 'f(y)', stopOnEntry: false })));
    const watch = async (expression: string): Promise<string> =>
      (await client.evaluateRequest({ expression, frameId: frame.id, context: 'watch' })).body.result;
    expect(await watch('x')).toBe('_');
    expect(await watch('x.id')).toBe('_ with _ = x.id');
    expect(await watch('[x, 1]')).toBe('[x, 1]');
    expect(await watch('x > 2')).toBe('x = _ with x > 2');
  });

  it('prints the outcome, and the error of a wrong configuration', async () => {
    const outputs: string[] = [];
    client.on('output', ({ body }: DebugProtocol.OutputEvent) => outputs.push(body.output));
    const ended = client.waitForEvent('terminated');
    await start(launch({ ...check, actor: 'ann' }));
    await ended;
    expect(outputs).toContain('allowed\n');
    await expect(client.launchRequest({ actor: 'ann' } as never)).rejects.toThrow(
      'the launch configuration needs',
    );
  });

  it('attaches to a process, and shows each stopped check as a thread', async () => {
    const written: string[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    vi.stubEnv('NANOOK_INSPECT', '0');
    const authorizer = await Authorizer.load({
      policies: {
        name: 'policy/main.polar',
        source: 'allow(actor, "read", _) if\n  debug() and\n  actor.age > 17;\n',
      },
      denialWarnings: false,
    });
    vi.unstubAllEnvs();
    write.mockRestore();
    const [, address, token] = /--attach (\S+) --token (\w+)/.exec(written.join(''))!;
    await start(() => client.attachRequest({ address, token } as never));
    const checks: Promise<boolean>[] = [];
    const one = await stop(async () => void checks.push(authorizer.can({ age: 18 }, 'read', 1)));
    const two = await stop(async () => void checks.push(authorizer.can({ age: 3 }, 'read', 1)));
    expect([one.at, two.at]).toEqual(['breakpoint allow:2', 'breakpoint allow:2']);
    const { body } = await client.threadsRequest();
    expect(body.threads.map(({ name }) => name)).toEqual([
      'allow({age: 18}, "read", 1)',
      'allow({age: 3}, "read", 1)',
    ]);
    await client.continueRequest({ threadId: two.thread });
    expect(await checks[1]).toBe(false);
    await client.disconnectRequest();
    expect(await checks[0]).toBe(true);
  });
});
