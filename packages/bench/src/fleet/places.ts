import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createHash, randomUUID } from 'node:crypto';
import type { AnnounceOptions, PolicySource } from '@nanook/policies';
import { httpSource } from '@nanook/policies/http';
import { natsFleet, natsSource, publishToNats } from '@nanook/policies/nats';
import {
  postgresFleet,
  postgresFleetTable,
  postgresSource,
  postgresTable,
  publishToPostgres,
} from '@nanook/policies/postgres';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import pg from 'pg';
import { announceEveryMs } from './nodes.ts';
import type { PlaceId } from './results.ts';

/** The access of one node to a place, with a connection of its own. */
export interface Access {
  readonly source: PolicySource;
  readonly announce: AnnounceOptions | undefined;
}

/** A place that processes follow. */
export interface Place {
  readonly publish: (bundle: string) => Promise<void>;
  readonly open: () => Promise<Access>;
  readonly connections: () => number;
  /** The bytes that all nodes have sent and received so far. */
  readonly bytes: () => number;
  readonly storedBytes: () => Promise<number | undefined>;
  readonly close: () => Promise<void>;
}

async function openNats(): Promise<Place> {
  const servers = process.env['NANOOK_TEST_NATS_URL']!;
  const connections: NatsConnection[] = [];
  const connected = async (): Promise<NatsConnection> => {
    const connection = await connect({ servers, timeout: 60_000 });
    connections.push(connection);
    return connection;
  };
  const publisher = await connect({ servers });
  const id = randomUUID();
  const buckets = new Kvm(jetstream(publisher));
  const policies = await buckets.create(`policies_${id}`);
  const processes = await buckets.create(`processes_${id}`, { ttl: 86_400_000 });
  return {
    publish: (bundle) => publishToNats(policies, bundle),
    open: async () => {
      const own = new Kvm(jetstream(await connected(), { timeout: 60_000 }));
      return {
        source: natsSource(await own.open(`policies_${id}`)),
        announce: { to: natsFleet(await own.open(`processes_${id}`)), everyMs: announceEveryMs },
      };
    },
    connections: () => connections.length,
    bytes: () =>
      connections.reduce((sum, each) => {
        const { inBytes, outBytes } = each.stats();
        return sum + inBytes + outBytes;
      }, 0),
    storedBytes: async () => {
      const manager = await jetstreamManager(publisher);
      const infos = await Promise.all(
        [`KV_policies_${id}`, `KV_processes_${id}`].map((name) => manager.streams.info(name)),
      );
      return infos.reduce((sum, { state }) => sum + state.bytes, 0);
    },
    close: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await policies.destroy();
      await processes.destroy();
      await publisher.close();
    },
  };
}

/** A web server with a bundle and its ETag, as an object store answers. */
async function openHttp(): Promise<Place> {
  let bundle = '';
  let tag = '';
  let closed = 0;
  const sockets = new Set<Socket>();
  const bytesOf = ({ bytesRead, bytesWritten }: Socket): number => bytesRead + bytesWritten;
  const server = createServer((request, response) => {
    response.setHeader('ETag', tag);
    if (request.headers['if-none-match'] === tag) response.writeHead(304).end();
    else response.end(bundle);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      closed += bytesOf(socket);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    publish: async (text) => {
      bundle = text;
      tag = `"${createHash('sha256').update(text).digest('hex').slice(0, 32)}"`;
    },
    open: async () => ({
      source: httpSource(`http://127.0.0.1:${port}/policy.bundle`, { timeoutMs: 60_000 }),
      announce: undefined,
    }),
    connections: () => sockets.size,
    bytes: () => [...sockets].reduce((sum, socket) => sum + bytesOf(socket), closed),
    storedBytes: async () => Buffer.byteLength(bundle),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

async function openPostgres(): Promise<Place> {
  const connectionString = process.env['NANOOK_TEST_POSTGRES_URL']!;
  const id = randomUUID().replaceAll('-', '');
  const [policies, processes] = [`policies_${id}`, `processes_${id}`];
  const publisher = new pg.Pool({ connectionString, max: 1 });
  await publisher.query(postgresTable(policies));
  await publisher.query(postgresFleetTable(processes));
  const pools: pg.Pool[] = [];
  const sockets = new Set<Socket>();
  return {
    publish: (bundle) => publishToPostgres(publisher, bundle, { table: policies }),
    open: async () => {
      // One connection listens, one is for queries.
      const pool = new pg.Pool({ connectionString, max: 2 });
      pool.on('connect', (client) => {
        sockets.add((client as unknown as { connection: { stream: Socket } }).connection.stream);
      });
      pools.push(pool);
      return {
        source: postgresSource(pool, { table: policies }),
        announce: { to: postgresFleet(pool, { table: processes }), everyMs: announceEveryMs },
      };
    },
    connections: () => pools.reduce((sum, { totalCount }) => sum + totalCount, 0),
    bytes: () => [...sockets].reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0),
    storedBytes: async () => {
      const { rows } = await publisher.query<{ bytes: string }>(
        'select pg_total_relation_size($1::regclass) + pg_total_relation_size($2::regclass) as bytes',
        [policies, processes],
      );
      return Number(rows[0]!.bytes);
    },
    close: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await publisher.query(`drop table ${policies}, ${processes}`);
      await publisher.end();
    },
  };
}

export const openPlace: Readonly<Record<PlaceId, () => Promise<Place>>> = {
  nats: openNats,
  http: openHttp,
  postgres: openPostgres,
};
