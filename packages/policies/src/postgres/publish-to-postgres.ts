import { maxRevision } from '../bundle/bundle.js';
import {
  publishedRevision,
  publishKeys,
  storedRevision,
  type PublishOptions,
} from '../bundle/published-revision.js';
import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import { sha256 } from '../source/content-tag.js';
import { channel, namesOf, type PostgresOptions, type PostgresPool } from './postgres-connection.js';

/**
 * Publishes a bundle in the table, and notifies all processes, in one statement. If several clients publish at once, the highest revision is
 * published.
 *
 * @param pool a pool or a client of `pg`
 * @throws {NanookPoliciesError} `NANOOK_POLICIES_REVISION_TAKEN`; `NANOOK_POLICIES_FORMAT` for a text that is not a bundle; with `keys`, the
 *   errors of `openBundle`
 */
export async function publishToPostgres(
  pool: Pick<PostgresPool, 'query'>,
  bundle: string,
  options: PostgresOptions & PublishOptions = {},
): Promise<void> {
  const { name, table } = namesOf(options);
  const keys = publishKeys(options);
  const revision = await publishedRevision(bundle, keys);
  const hash = sha256(bundle);
  const invalidHash = keys === undefined ? undefined : await hashOfInvalid(pool, table, name, keys);
  const { rows: written } = await pool.query(
    `with written as (
       insert into ${table} (name, revision, hash, content) values ($1, $2, $3, $4)
       on conflict (name) do update
         set revision = excluded.revision, hash = excluded.hash, content = excluded.content, published_at = now()
         where ${table}.revision < excluded.revision or ${table}.revision > $6 or ${table}.hash = $7
       returning hash
     )
     select pg_notify($5, hash || ' ' || $1) from written`,
    [name, revision, hash, bundle, channel, maxRevision, invalidHash ?? null],
  );
  if (written.length > 0) return;
  const { rows } = await pool.query(`select revision, hash from ${table} where name = $1`, [name]);
  const [stored] = rows as { readonly revision: string | number; readonly hash: string }[];
  if (stored?.hash === hash) return;
  throw new NanookPoliciesError('NANOOK_POLICIES_REVISION_TAKEN', {
    revision,
    stored: Number(stored?.revision ?? revision),
  });
}

/** Returns the hash of the stored policy if no process would use it, so that it does not keep a lower revision away. */
async function hashOfInvalid(
  pool: Pick<PostgresPool, 'query'>,
  table: string,
  name: string,
  keys: NonNullable<PublishOptions['keys']>,
): Promise<string | undefined> {
  const { rows } = await pool.query(`select hash, content from ${table} where name = $1`, [name]);
  const [stored] = rows as { readonly hash: string; readonly content: string }[];
  if (stored === undefined) return undefined;
  return (await storedRevision(stored.content, keys)) === undefined ? stored.hash : undefined;
}
