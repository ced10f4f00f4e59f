import { anObjectWith, checkOptions, type OptionKind } from '../errors/check-options.js';
import type { DecisionSink } from '../queue/sink.js';
import type { DecisionRecord } from '../record/decision-record.js';

/** The part of a JetStream client that the sink needs: `jetstream(connection)` of `@nats-io/jetstream`. */
export interface JetStreamPublisher {
  publish(subject: string, payload: string, options: { readonly msgID: string }): Promise<unknown>;
}

/** Options for {@link nats}. */
export interface NatsOptions {
  /** The client: `jetstream(connection)` of `@nats-io/jetstream`. The application closes the connection, after the log. */
  readonly jetstream: JetStreamPublisher;
  /**
   * The subject of the messages, which a stream must have, or a function that returns it. Default `'nanook.decisions'`. In the
   * result of a function, each character that a subject may not have becomes `_`, and so does an empty part between two dots.
   */
  readonly subject?: string | ((record: DecisionRecord) => string);
}

/** Returns a subject that a server accepts. A tenant from a request may contain any text, and must not stop the log. */
const storable = (subject: string): string =>
  subject.replaceAll(/[\s\p{Cc}*>]/gu, '_').replaceAll(/(?<=^|\.)(?=\.|$)/g, '_');

const kinds = {
  jetstream: anObjectWith('publish', 'jetstream(connection)'),
  subject: {
    expected: 'a subject without spaces and wildcards, or a function that returns one',
    accepts: (value: unknown) =>
      typeof value === 'function' || (typeof value === 'string' && storable(value) === value),
  },
} satisfies { readonly [Option in keyof NatsOptions]-?: OptionKind };

/** The number of messages that wait for a confirmation at the same time. */
const maxUnconfirmed = 500;

/**
 * Publishes each record to a stream of NATS JetStream as JSON. A record counts as stored when the stream confirms it. A record that is
 * published again has the same message id, so the stream drops it within its `duplicate_window`, and a consumer by its id later.
 *
 * @throws {NanookLogError} `NANOOK_LOG_INVALID_OPTION`
 * @example
 * const log = decisionLog({ sinks: [nats({ jetstream: jetstream(connection) })] });
 */
export function nats(options: NatsOptions): DecisionSink {
  checkOptions('nats', options, kinds, ['jetstream']);
  const { jetstream, subject = 'nanook.decisions' } = options;
  const subjectOf =
    typeof subject === 'function' ? (record: DecisionRecord) => storable(subject(record)) : () => subject;
  return {
    name: 'nats',
    async write(records) {
      for (let first = 0; first < records.length; first += maxUnconfirmed) {
        // oxlint-disable-next-line no-await-in-loop -- a server that is slow would not confirm all of them in time
        const confirmed = await Promise.allSettled(
          records
            .slice(first, first + maxUnconfirmed)
            .map(async (record) =>
              jetstream.publish(subjectOf(record), JSON.stringify(record), { msgID: record.id }),
            ),
        );
        const failed = confirmed.find(({ status }) => status === 'rejected');
        if (failed?.status === 'rejected') throw failed.reason;
      }
    },
  };
}
