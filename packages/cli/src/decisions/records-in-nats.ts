import type { Consumer, OrderedConsumerOptions } from '@nats-io/jetstream';
import type { DecisionRecord } from '@nanook/log';
import { installed, openNats } from '../places/servers.js';
import type { DamagedLine } from './read-records.js';
import { recordOf } from './record-of.js';
import type { RecordSource, RecordSourceFlags } from './record-source.js';

/** The number of ids that are remembered: a sink can publish a record again after a failure. */
const mostIds = 100_000;

/** Opens a decision log in a stream of NATS JetStream. @throws {UsageError}; the errors of the connection */
export async function inNats(
  address: string | true,
  { stream, subject }: RecordSourceFlags,
  onDamaged: (place: DamagedLine) => void,
): Promise<RecordSource> {
  const { jetstream, DeliverPolicy } = await installed('@nats-io/jetstream', import('@nats-io/jetstream'));
  const { connection, close } = await openNats(address);
  const name = `NATS stream ${stream}`;
  const consumerOf = (options: Partial<OrderedConsumerOptions>): Promise<Consumer> =>
    jetstream(connection).consumers.get(stream, {
      ...(subject !== undefined && { filter_subjects: subject }),
      ...options,
    });

  /** Yields the records of a consumer, each once. @param isLast returns whether a message is the last one */
  async function* recordsOf(
    consumer: Consumer,
    isLast: (pending: number) => boolean,
    signal?: AbortSignal,
  ): AsyncGenerator<DecisionRecord> {
    const messages = await consumer.consume();
    const stop = (): void => messages.stop();
    signal?.addEventListener('abort', stop);
    const ids = new Set<string>();
    try {
      if (signal?.aborted === true) return;
      for await (const message of messages) {
        const record = recordOf(message.string());
        if (record === undefined) onDamaged({ file: name, line: message.seq });
        else if (!ids.has(record.id)) {
          ids.add(record.id);
          if (ids.size > mostIds) ids.delete(ids.values().next().value!);
          yield record;
        }
        if (isLast(message.info.pending)) return;
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      stop();
    }
  }

  return {
    name,
    records: async function* ({ from }) {
      // A record is published after its decision, so earlier messages have earlier decisions.
      const start =
        from === undefined
          ? {}
          : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: new Date(from).toISOString() };
      const consumer = await consumerOf(start);
      const { num_pending: pending } = await consumer.info();
      if (pending > 0) yield* recordsOf(consumer, (rest) => rest === 0);
    },
    follow: async function* (_, signal) {
      yield* recordsOf(await consumerOf({ deliver_policy: DeliverPolicy.New }), () => false, signal);
    },
    close,
  };
}
