import { jetstream, jetstreamManager, StorageType, type JsMsg } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DecisionRecord } from '../record/decision-record.js';
import { checkMany, logged, MemorySink, numbers } from '../testing/sinks.fixture.js';
import { nats, type JetStreamPublisher, type NatsOptions } from './index.js';

describe('the sink for NATS', () => {
  it('publishes each record as JSON, with its id as the message id', async () => {
    const published: [subject: string, payload: string, options: object][] = [];
    const publisher: JetStreamPublisher = {
      publish: async (...args) => void published.push(args),
    };
    const copy = new MemorySink();
    const subject = ({ outcome }: DecisionRecord): string => `audit.${outcome}`;
    const { log, authorizer } = await logged({ sinks: [nats({ jetstream: publisher, subject }), copy] });
    authorizer.canSync('ann', 'read', { id: 1 });
    authorizer.canSync('ann', 'write', { id: 1 });
    await log.close();
    expect(published).toEqual(
      copy.records.map((record) => [`audit.${record.outcome}`, JSON.stringify(record), { msgID: record.id }]),
    );
  });

  it('publishes a batch again when one of its messages is not confirmed', async () => {
    const ids: string[] = [];
    const publisher: JetStreamPublisher = {
      publish: async (_subject, _payload, { msgID }) => {
        ids.push(msgID);
        if (ids.length === 3) throw new Error('no response from stream');
      },
    };
    const { log, authorizer, errors } = await logged({ sinks: [nats({ jetstream: publisher })] });
    checkMany(authorizer, 5);
    await log.close();
    expect(ids).toHaveLength(10);
    expect(new Set(ids).size).toBe(5);
    expect(errors.map(({ message }) => message)).toEqual([
      'the sink "nats" of the decision log failed, and is tried again until it works; 5 records wait for it: no response from stream',
    ]);
  });

  it('publishes a record of any tenant to a subject that a server accepts', async () => {
    const subjects: string[] = [];
    const publisher: JetStreamPublisher = { publish: async (subject) => void subjects.push(subject) };
    const subject = ({ tenant }: DecisionRecord): string => `audit.${tenant}`;
    const { log, authorizer } = await logged({ sinks: [nats({ jetstream: publisher, subject })] });
    for (const tenant of ['acme', 'a b', 'x\r\nPUB y 0', '*', '>', '', 'a..b', '.', 'a\0'])
      authorizer.canSync('ann', 'read', 1, { context: { tenant } });
    await log.close();
    expect(subjects).toEqual([
      'audit.acme',
      'audit.a_b',
      'audit.x__PUB_y_0',
      'audit._',
      'audit._',
      'audit._',
      'audit.a._.b',
      'audit._._',
      'audit.a\ufffd',
    ]);
  });

  it('waits for the confirmation of 500 messages before it publishes more', async () => {
    let [unconfirmed, most] = [0, 0];
    const publisher: JetStreamPublisher = {
      publish: async () => {
        most = Math.max(most, ++unconfirmed);
        await new Promise((resolve) => setImmediate(resolve));
        unconfirmed--;
      },
    };
    const { log, authorizer } = await logged({ sinks: [nats({ jetstream: publisher })] });
    checkMany(authorizer, 1_800);
    await log.close();
    expect([most, log.status[0]!.stored]).toEqual([500, 1_800]);
  });

  it.each<[string, unknown, string]>([
    ['no client', {}, 'must be an object with the method `publish`, such as jetstream(connection)'],
    ['an empty subject', { jetstream: { publish: () => {} }, subject: '' }, 'must be a subject'],
    ['a wildcard', { jetstream: { publish: () => {} }, subject: 'audit.*' }, 'without spaces and wildcards'],
  ])('refuses %s', (_name, options, message) => {
    expect(() => nats(options as NatsOptions)).toThrow(message);
  });
});

const url = process.env['NANOOK_TEST_NATS_URL'];

describe.skipIf(url === undefined)('the server of NANOOK_TEST_NATS_URL', () => {
  /** Creates a stream of its own, and returns its subject and a function that reads its messages. */
  async function openStream(): Promise<{
    readonly connection: NatsConnection;
    readonly subject: string;
    readonly messages: () => Promise<DecisionRecord[]>;
  }> {
    const connection = await connect({ servers: url!.replace('nats://', '') });
    const manager = await jetstreamManager(connection);
    const name = `log-${randomUUID()}`;
    await manager.streams.add({ name, subjects: [`${name}.>`], storage: StorageType.Memory });
    onTestFinished(async () => {
      await manager.streams.delete(name);
      await connection.close();
    });
    const messages = async (): Promise<DecisionRecord[]> => {
      const found: DecisionRecord[] = [];
      const pending = (await manager.streams.info(name)).state.messages;
      if (pending === 0) return found;
      const consumer = await jetstream(connection).consumers.get(name);
      for await (const message of (await consumer.fetch({ max_messages: pending })) as AsyncIterable<JsMsg>)
        found.push(message.json<DecisionRecord>());
      return found;
    };
    return { connection, subject: `${name}.decisions`, messages };
  }

  it('stores each record once, also if every answer to the first attempt is lost', async () => {
    const { connection, subject, messages } = await openStream();
    const client = jetstream(connection);
    const lost = new Set<string>();
    const losing: JetStreamPublisher = {
      publish: async (to, payload, options) => {
        await client.publish(to, payload, options);
        if (!lost.has(options.msgID)) {
          lost.add(options.msgID);
          throw new Error('timeout');
        }
      },
    };
    const { log, authorizer } = await logged({
      sinks: [nats({ jetstream: losing, subject })],
      batchSize: 50,
    });
    checkMany(authorizer, 300);
    await log.close();
    const found = await messages();
    expect(found).toHaveLength(300);
    expect(new Set(found.map(({ resource }) => resource!.id))).toEqual(new Set(numbers(300)));
  });

  it('stores each record once while the connection is replaced', async () => {
    const { subject, messages } = await openStream();
    let connection = await connect({ servers: url!.replace('nats://', '') });
    onTestFinished(() => connection.close());
    const publisher: JetStreamPublisher = {
      publish: async (...args) => jetstream(connection, { timeout: 500 }).publish(...args),
    };
    const { log, authorizer } = await logged({
      sinks: [nats({ jetstream: publisher, subject })],
      batchSize: 20,
    });
    for (let round = 0; round < 5; round++) {
      checkMany(authorizer, 100, round * 100 + 1);
      // oxlint-disable-next-line no-await-in-loop -- the connection ends between the rounds
      await new Promise((resolve) => setTimeout(resolve, 4));
      // oxlint-disable-next-line no-await-in-loop -- as above
      await connection.close();
      // oxlint-disable-next-line no-await-in-loop -- as above
      connection = await connect({ servers: url!.replace('nats://', '') });
    }
    await log.close({ timeoutMs: 20_000 });
    const found = await messages();
    expect(found).toHaveLength(500);
    expect(new Set(found.map(({ resource }) => resource!.id))).toEqual(new Set(numbers(500)));
  });

  it('keeps the records while no stream has the subject', async () => {
    const { connection } = await openStream();
    const subject = `none-${randomUUID()}`;
    const sink = nats({ jetstream: jetstream(connection, { timeout: 200 }), subject });
    const { log, authorizer, errors } = await logged({ sinks: [sink] });
    checkMany(authorizer, 3);
    await expect(log.close({ timeoutMs: 3_000 })).rejects.toThrow('did not store 3 records');
    expect(errors.map(({ code }) => code)).toEqual(['NANOOK_LOG_SINK_FAILED']);
  });
});
