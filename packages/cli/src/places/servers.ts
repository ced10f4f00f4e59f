import type { NatsConnection } from '@nats-io/transport-node';
import type pg from 'pg';
import { UsageError } from '../errors/usage-error.js';

/** The servers that a command can use. The value `true` means the address in the environment. */
export interface ServerFlags {
  readonly postgres?: string | true;
  readonly nats?: string | true;
}

/** A connection to PostgreSQL. */
export interface PostgresPlace {
  readonly client: pg.Client;
  close(this: void): Promise<void>;
}

/** Connects to PostgreSQL. @throws {UsageError} without an address, or without the package `pg`; the errors of the connection */
export async function openPostgres(given: string | true): Promise<PostgresPlace> {
  const connectionString = addressOf(given, 'DATABASE_URL');
  const { default: driver } = await installed('pg', import('pg'));
  const client = new driver.Client({ connectionString });
  await client.connect();
  return { client, close: () => client.end() };
}

/** A connection to NATS. */
export interface NatsPlace {
  readonly connection: NatsConnection;
  close(this: void): Promise<void>;
}

/** Connects to NATS. @throws {UsageError} without an address, or without the package; the errors of the connection */
export async function openNats(given: string | true): Promise<NatsPlace> {
  const servers = addressOf(given, 'NATS_URL');
  const { connect } = await installed('@nats-io/transport-node', import('@nats-io/transport-node'));
  const connection = await connect({ servers });
  return { connection, close: () => connection.close() };
}

/** Returns the manager of the key-value buckets of a connection. @throws {UsageError} without the packages */
export async function bucketsOf({
  connection,
}: NatsPlace): Promise<InstanceType<(typeof import('@nats-io/kv'))['Kvm']>> {
  const { jetstream } = await installed('@nats-io/jetstream', import('@nats-io/jetstream'));
  const { Kvm } = await installed('@nats-io/kv', import('@nats-io/kv'));
  return new Kvm(jetstream(connection));
}

/** Returns the address of a server. In the environment, other users of the machine do not see its password. */
function addressOf(given: string | true, variable: string): string {
  const address = given === true ? process.env[variable] : given;
  if (address === undefined || address === '')
    throw new UsageError(`expected an address in the option, or in the environment variable ${variable}`);
  return address;
}

/** Waits for a module that only this place needs. @throws {UsageError} when it is not installed */
export async function installed<Module>(name: string, loading: Promise<Module>): Promise<Module> {
  try {
    return await loading;
  } catch (error) {
    throw new UsageError(`this place needs the package ${name}; install it: npm install ${name}`, {
      cause: error,
    });
  }
}
