import type { PolicySource, SourceListener } from '../source/policy-source.js';
import {
  channel,
  namesOf,
  type PostgresNotification,
  type PostgresOptions,
  type PostgresPool,
} from './postgres-connection.js';

/** The time between two tests of the connection that listens: a connection that is lost silently receives no notifications. */
const heartbeatMs = 5_000;

interface PolicyRow {
  readonly hash: string;
  /** Null if the hash is known. */
  readonly content: string | null;
}

/**
 * A source in a table of PostgreSQL, with notifications by `LISTEN`. It uses one connection of the pool permanently.
 *
 * @param pool a pool of `pg`
 * @example
 * await followPolicies(authorizer, postgresSource(pool), { keys: publicKey });
 */
export function postgresSource(pool: PostgresPool, options: PostgresOptions = {}): PolicySource {
  const { name, table } = namesOf(options);
  return {
    name: `PostgreSQL table ${table}`,
    read: async (knownTag) => {
      const { rows } = await pool.query(
        `select hash, case when hash = $2 then null else content end as content from ${table} where name = $1`,
        [name, knownTag ?? ''],
      );
      const [row] = rows as PolicyRow[];
      if (row === undefined) return undefined;
      return row.content === null ? 'unchanged' : { content: row.content, tag: row.hash };
    },
    watch: (listener) => listen(pool, name, listener),
  };
}

async function listen(
  pool: PostgresPool,
  name: string,
  listener: SourceListener,
): Promise<() => Promise<void>> {
  const client = await pool.connect();
  let isEnded = false;
  let timer: NodeJS.Timeout | undefined;
  const end = (): boolean => {
    if (isEnded) return false;
    isEnded = true;
    clearTimeout(timer);
    // The connection listens, so it does not go back to the pool.
    client.release(true);
    return true;
  };
  const lost = (error: unknown): void => {
    if (end()) listener.lost(error);
  };
  client.on('error', lost);
  client.on('end', () => lost(new Error('the connection was closed')));
  client.on('notification', ({ channel: from, payload = '' }: PostgresNotification) => {
    const [hash, ...words] = payload.split(' ');
    if (from === channel && words.join(' ') === name) listener.changed(hash);
  });
  const beat = (): void => {
    timer = setTimeout(() => {
      const late = setTimeout(() => lost(new Error('the connection does not answer')), heartbeatMs);
      late.unref();
      client
        .query('select 1')
        .then(() => {
          if (!isEnded) beat();
        }, lost)
        .finally(() => clearTimeout(late));
    }, heartbeatMs);
    timer.unref();
  };
  try {
    await client.query(`listen ${channel}`);
  } catch (error) {
    end();
    throw error;
  }
  beat();
  return () => {
    end();
    return Promise.resolve();
  };
}
