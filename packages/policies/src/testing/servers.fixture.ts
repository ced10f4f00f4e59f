import { randomUUID } from 'node:crypto';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { jetstream } from '@nats-io/jetstream';
import { Kvm, type KV } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import pg from 'pg';
import { postgresTable, type PostgresClient, type PostgresPool } from '../postgres/index.js';

export const { NANOOK_TEST_POSTGRES_URL: postgresUrl, NANOOK_TEST_NATS_URL: natsUrl } = process.env;

/** A table of policies in a database, for one test. */
export interface TestTable {
  readonly pool: PostgresPool;
  readonly table: string;
  close(this: void): Promise<void>;
}

const newTable = (): string => `policies_${randomUUID().replaceAll('-', '')}`;

/** Creates a table in a database of PGlite. */
export async function embeddedTable(db: PGlite): Promise<TestTable> {
  const table = newTable();
  await db.exec(postgresTable(table));
  const query = (text: string, values?: unknown[]) => db.query(text, values);
  const client = (): PostgresClient => ({
    query,
    on: (event: string, listener: (message: never) => void) => {
      if (event === 'notification')
        db.onNotification((channel, payload) => listener({ channel, payload } as never));
    },
    release: () => {},
  });
  return {
    pool: { query, connect: () => Promise.resolve(client()) },
    table,
    close: async () => {
      await db.query(`drop table ${table}`);
    },
  };
}

/** Creates a table on the server. @param url the server, or a proxy of it */
export async function serverTable(url: string): Promise<TestTable> {
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => {});
  const table = newTable();
  await pool.query(postgresTable(table));
  return {
    pool,
    table,
    close: async () => {
      await pool.query(`drop table ${table}`);
      await pool.end();
    },
  };
}

/** A bucket of policies in NATS, for one test. */
export interface TestBucket {
  readonly kv: KV;
  readonly bucket: string;
  /** Opens the bucket with a connection of its own. */
  open(this: void, url?: string): Promise<KV>;
  /** Returns the bytes that all connections have received so far. */
  receivedBytes(this: void): number;
  close(this: void): Promise<void>;
}

/** Creates a bucket. */
export async function natsBucket(url: string): Promise<TestBucket> {
  const bucket = `policies_${randomUUID()}`;
  const connections: NatsConnection[] = [];
  const managerOf = async (server: string): Promise<Kvm> => {
    const connection = await connect({ servers: server, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
    connections.push(connection);
    return new Kvm(jetstream(connection));
  };
  const kv = await (await managerOf(url)).create(bucket, { history: 1 });
  return {
    kv,
    bucket,
    open: async (server = url) => (await managerOf(server)).open(bucket),
    receivedBytes: () => connections.reduce((sum, connection) => sum + connection.stats().inBytes, 0),
    close: async () => {
      await kv.destroy();
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}

/** A proxy in front of a server, whose connections can be cut. */
export interface TestProxy {
  /** The address of the server, through the proxy. */
  readonly url: string;
  /** Ends all connections, and refuses new ones. */
  cut(): void;
  /** Accepts connections again. */
  restore(): void;
  close(): Promise<void>;
}

export async function proxyOf(server: string): Promise<TestProxy> {
  const { hostname, port } = new URL(server);
  const sockets = new Set<Socket>();
  let isCut = false;
  const proxy = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connectTcp(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
  const url = new URL(server);
  url.hostname = '127.0.0.1';
  url.port = String((proxy.address() as { port: number }).port);
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    restore: () => {
      isCut = false;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => void proxy.close(resolve));
    },
  };
}
