import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { Authorizer as TextAuthorizer } from '../authorization/authorizer.js';
import type { QueryInspector } from '../authorization/loaded-policy.js';
import type { EndView, StopView } from '../debug/index.js';
import { readInspectAddress } from './inspect-address.js';
import { openInspector, type Inspector } from './inspector.js';

type Message = Readonly<Record<string, unknown>>;

/** A client that writes lines, and waits for messages with a property. */
class TestClient {
  readonly #messages: Message[] = [];
  #wake = (): void => {};
  #id = 0;

  private constructor(readonly socket: Socket) {
    createInterface({ input: socket }).on('line', (line) => {
      this.#messages.push(JSON.parse(line) as Message);
      this.#wake();
    });
    socket.on('error', () => {});
  }

  static async connect({ address }: Inspector): Promise<TestClient> {
    const [, host = '', port] = /^(.*):(\d+)$/.exec(address)!;
    const socket = connect(Number(port), host);
    await once(socket, 'connect');
    clients.push(socket);
    return new TestClient(socket);
  }

  async call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const id = ++this.#id;
    this.socket.write(`${JSON.stringify({ id, method, params })}\n`);
    const { result, error } = await this.message((message) => message['id'] === id);
    return error ?? result;
  }

  async stop(): Promise<StopView> {
    return (await this.message(({ event }) => event === 'stopped'))['data'] as StopView;
  }

  async message(isWanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const index = this.#messages.findIndex(isWanted);
      if (index >= 0) return this.#messages.splice(index, 1)[0]!;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

const clients: Socket[] = [];
const inspectors: Inspector[] = [];

afterEach(() => {
  for (const socket of clients.splice(0)) socket.destroy();
  for (const inspector of inspectors.splice(0)) inspector.close();
});

async function inspected(policy: string): Promise<{ authorizer: TextAuthorizer; inspector: Inspector }> {
  const inspector = await openInspector('127.0.0.1:0');
  inspectors.push(inspector);
  class Inspected extends TextAuthorizer {
    protected static override readonly inspector = (): Promise<QueryInspector> => Promise.resolve(inspector);
  }
  const authorizer = await Inspected.load({
    policies: { name: 'main.polar', source: policy },
    onWarning: () => {},
  });
  return { authorizer, inspector };
}

const policy = 'allow(actor, action, _) if\n  action = "read" and\n  debug() and actor.age > 17;\n';
const [adult, child] = [{ age: 18 }, { age: 3 }];

describe('readInspectAddress()', () => {
  it.each([
    ['9230', { host: '127.0.0.1', port: 9230 }],
    ['127.0.0.2:1', { host: '127.0.0.2', port: 1 }],
    ['localhost:9230', { host: '127.0.0.1', port: 9230 }],
    ['[::1]:9230', { host: '::1', port: 9230 }],
  ])('reads %s', (text, address) => {
    expect(readInspectAddress(text)).toEqual(address);
  });

  it.each([
    '0.0.0.0:9230',
    '[::]:9230',
    '192.168.0.2:9230',
    'example.com:9230',
    '127.0.0.1.example.com:1',
    ':9230',
  ])('refuses %s, which other computers may reach', (text) => {
    expect(() => readInspectAddress(text)).toThrow(expect.objectContaining({ code: 'NANOOK_DEBUG_ADDRESS' }));
  });

  it.each(['', 'yes', '127.0.0.1', '127.0.0.1:70000', '-1'])(
    'refuses %j, which is not an address',
    (text) => {
      expect(() => readInspectAddress(text)).toThrow('NANOOK_INSPECT must be a port');
    },
  );
});

describe('the inspector of a process', () => {
  it('lets checks pass debug() while no debugger is attached', async () => {
    const { authorizer } = await inspected(policy);
    expect(authorizer.policy.engine).toBe('machine');
    expect(await authorizer.can(adult, 'read', 1)).toBe(true);
    expect(authorizer.canSync(child, 'read', 1)).toBe(false);
  });

  it('stops at debug(), and lets other checks run on', async () => {
    const { authorizer, inspector } = await inspected(policy);
    const client = await TestClient.connect(inspector);
    expect(await client.call('hello', inspector.token)).toEqual({ pid: process.pid });
    const check = authorizer.can(adult, 'read', 1);
    const stop = await client.stop();
    expect(stop).toMatchObject({
      reason: 'debug',
      queryText: 'allow({age: 18}, "read", 1)',
      stack: [
        {
          rule: 'allow',
          place: { source: 'main.polar', line: 3, column: 3 },
          bindings: [
            { name: 'actor', value: '{age: 18}' },
            { name: 'action', value: '"read"' },
          ],
        },
        { place: { source: 'query' } },
      ],
    });
    expect(await authorizer.can(adult, 'edit', 1)).toBe(false);
    expect(await client.call('evaluate', stop.query, 0, 'actor.age + 1')).toEqual(['19']);
    expect(await client.call('evaluate', stop.query, 0, 'x in [1, 2]')).toEqual(['x = 1', 'x = 2']);
    expect(await client.call('sourceText', stop.query, 'main.polar')).toBe(policy);
    await client.call('move', stop.query, 'over');
    expect(await client.stop()).toMatchObject({ reason: 'step', text: 'actor.age > 17' });
    await client.call('move', stop.query, 'back');
    expect(await client.stop()).toMatchObject({ text: 'actor.age', isEarlier: true });
    await client.call('move', stop.query, 'continue');
    expect(await check).toBe(true);
    const isEnd = ({ event, data }: Message): boolean =>
      event === 'ended' && (data as EndView).query === stop.query;
    expect(await client.message(isEnd)).toMatchObject({ data: { outcome: 'answered' } });
  });

  it('stops at breakpoints of lines', async () => {
    const { authorizer, inspector } = await inspected(policy);
    const client = await TestClient.connect(inspector);
    await client.call('hello', inspector.token);
    const lines = [{ file: '/app/main.polar', line: 2 }];
    expect(await client.call('setBreakpoints', { lines })).toMatchObject({ lines: [2], rules: [] });
    const check = authorizer.can(child, 'edit', 1);
    const { query, text } = await client.stop();
    expect(text).toBe('action = "read"');
    await client.call('move', query, 'continue');
    expect(await check).toBe(false);
  });

  it('does not stop a synchronous check, and says so', async () => {
    const { authorizer, inspector } = await inspected(policy);
    const client = await TestClient.connect(inspector);
    await client.call('hello', inspector.token);
    expect(authorizer.canSync(adult, 'read', 1)).toBe(true);
    expect(await client.message(({ event }) => event === 'passed')).toMatchObject({
      data: { reason: 'debug', text: 'debug()' },
    });
  });

  it('stops the clock of a check that waits', async () => {
    const { authorizer, inspector } = await inspected(policy);
    const client = await TestClient.connect(inspector);
    await client.call('hello', inspector.token);
    const check = authorizer.can(adult, 'read', 1, { limits: { timeoutMs: 150 } });
    const { query } = await client.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await client.call('move', query, 'continue');
    expect(await check).toBe(true);
  });

  it('lets stopped checks run on when the debugger disconnects', async () => {
    const { authorizer, inspector } = await inspected(policy);
    const client = await TestClient.connect(inspector);
    await client.call('hello', inspector.token);
    const check = authorizer.can(adult, 'read', 1);
    await client.stop();
    client.socket.destroy();
    expect(await check).toBe(true);
    expect(await authorizer.can(adult, 'read', 1)).toBe(true);
  });

  it('refuses a wrong token, a second debugger, and what is not a debugger', async () => {
    const { inspector } = await inspected(policy);
    const wrong = await TestClient.connect(inspector);
    expect(await wrong.call('hello', 'guess')).toMatchObject({ code: 'NANOOK_DEBUG_TOKEN' });
    const without = await TestClient.connect(inspector);
    expect(await without.call('evaluate', 1, 0, '1')).toMatchObject({ code: 'NANOOK_DEBUG_TOKEN' });
    const browser = await TestClient.connect(inspector);
    browser.socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(browser.socket, 'close');
    const first = await TestClient.connect(inspector);
    await first.call('hello', inspector.token);
    const second = await TestClient.connect(inspector);
    expect(await second.call('hello', inspector.token)).toMatchObject({ code: 'NANOOK_DEBUG_ATTACHED' });
  });

  it('answers a wrong call of the debugger with an error', async () => {
    const { inspector } = await inspected(policy);
    const client = await TestClient.connect(inspector);
    await client.call('hello', inspector.token);
    expect(await client.call('move', 7, 'into')).toMatchObject({ code: 'NANOOK_DEBUG_NOT_STOPPED' });
    expect(await client.call('constructor')).toMatchObject({ message: 'no method is called constructor' });
  });
});
