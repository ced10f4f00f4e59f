import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import { isNanookPoliciesError, type BundleKey } from '@nanook/policies';

/** The place to which a bundle is published. */
export interface PublishFlags {
  readonly file?: string;
  /** The address of a server, or `true` for the one in the environment. */
  readonly postgres?: string | true;
  readonly nats?: string | true;
  readonly table?: string;
  readonly name?: string;
  readonly bucket: string;
  readonly natsKey?: string;
}

/**
 * Publishes a bundle whose signature one of the keys has made.
 *
 * @returns the place, without passwords
 * @throws {UsageError} when the place cannot be reached; {NanookPoliciesError}
 */
export async function publishBundle(
  bundle: string,
  keys: readonly BundleKey[],
  flags: PublishFlags,
): Promise<string> {
  const { file, postgres, nats } = flags;
  const places = [file, postgres, nats].filter((place) => place !== undefined);
  if (places.length !== 1)
    throw new UsageError('expected one place: --file <file>, --postgres [url] or --nats [url]');
  try {
    if (file !== undefined) return await toFile(file, bundle, keys);
    if (postgres !== undefined)
      return await toPostgres(addressOf(postgres, 'DATABASE_URL'), bundle, keys, flags);
    return await toNats(addressOf(nats!, 'NATS_URL'), bundle, keys, flags);
  } catch (error) {
    if (error instanceof UsageError || isNanookPoliciesError(error)) throw error;
    throw new UsageError(`the bundle cannot be published: ${messageOf(error)}`, { cause: error });
  }
}

/** Returns the address of a server. In the environment, other users of the machine do not see its password. */
function addressOf(given: string | true, variable: string): string {
  const address = given === true ? process.env[variable] : given;
  if (address === undefined || address === '')
    throw new UsageError(`expected an address in the option, or in the environment variable ${variable}`);
  return address;
}

async function toFile(file: string, bundle: string, keys: readonly BundleKey[]): Promise<string> {
  const { publishToFile } = await import('@nanook/policies/files');
  await publishToFile(file, bundle, { keys });
  return file;
}

async function toPostgres(
  connectionString: string,
  bundle: string,
  keys: readonly BundleKey[],
  { table, name }: PublishFlags,
): Promise<string> {
  const { publishToPostgres } = await import('@nanook/policies/postgres');
  const { default: pg } = await installed('pg', import('pg'));
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const place = { ...(table !== undefined && { table }), ...(name !== undefined && { name }) };
    await publishToPostgres(client, bundle, { ...place, keys });
    return `PostgreSQL table ${table ?? 'nanook_policies'}`;
  } finally {
    await client.end();
  }
}

async function toNats(
  servers: string,
  bundle: string,
  keys: readonly BundleKey[],
  { bucket, natsKey }: PublishFlags,
): Promise<string> {
  const { publishToNats } = await import('@nanook/policies/nats');
  const [{ connect }, { jetstream }, { Kvm }] = await Promise.all([
    installed('@nats-io/transport-node', import('@nats-io/transport-node')),
    installed('@nats-io/jetstream', import('@nats-io/jetstream')),
    installed('@nats-io/kv', import('@nats-io/kv')),
  ]);
  const connection = await connect({ servers });
  try {
    const kv = await new Kvm(jetstream(connection)).create(bucket);
    await publishToNats(kv, bundle, { ...(natsKey !== undefined && { key: natsKey }), keys });
    return `NATS bucket ${bucket}`;
  } finally {
    await connection.close();
  }
}

/** Waits for a module that only this place needs. @throws {UsageError} when it is not installed */
async function installed<Module>(name: string, loading: Promise<Module>): Promise<Module> {
  try {
    return await loading;
  } catch (error) {
    throw new UsageError(`this place needs the package ${name}; install it: npm install ${name}`, {
      cause: error,
    });
  }
}
