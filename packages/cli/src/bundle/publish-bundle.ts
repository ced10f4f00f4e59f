import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import { isNanookPoliciesError, type BundleKey } from '@nanook/policies';
import { bucketsOf, openNats, openPostgres, type ServerFlags } from '../places/servers.js';

/** The place to which a bundle is published. */
export interface PublishFlags extends ServerFlags {
  readonly file?: string;
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
    if (postgres !== undefined) return await toPostgres(postgres, bundle, keys, flags);
    return await toNats(nats!, bundle, keys, flags);
  } catch (error) {
    if (error instanceof UsageError || isNanookPoliciesError(error)) throw error;
    throw new UsageError(`the bundle cannot be published: ${messageOf(error)}`, { cause: error });
  }
}

async function toFile(file: string, bundle: string, keys: readonly BundleKey[]): Promise<string> {
  const { publishToFile } = await import('@nanook/policies/files');
  await publishToFile(file, bundle, { keys });
  return file;
}

async function toPostgres(
  address: string | true,
  bundle: string,
  keys: readonly BundleKey[],
  { table, name }: PublishFlags,
): Promise<string> {
  const { publishToPostgres } = await import('@nanook/policies/postgres');
  const { client, close } = await openPostgres(address);
  try {
    const place = { ...(table !== undefined && { table }), ...(name !== undefined && { name }) };
    await publishToPostgres(client, bundle, { ...place, keys });
    return `PostgreSQL table ${table ?? 'nanook_policies'}`;
  } finally {
    await close();
  }
}

async function toNats(
  address: string | true,
  bundle: string,
  keys: readonly BundleKey[],
  { bucket, natsKey }: PublishFlags,
): Promise<string> {
  const { publishToNats } = await import('@nanook/policies/nats');
  const server = await openNats(address);
  try {
    const kv = await (await bucketsOf(server)).create(bucket);
    await publishToNats(kv, bundle, { ...(natsKey !== undefined && { key: natsKey }), keys });
    return `NATS bucket ${bucket}`;
  } finally {
    await server.close();
  }
}
