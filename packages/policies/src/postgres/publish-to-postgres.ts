import { claimedRevision } from '../bundle/bundle.js';
import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import { sha256 } from '../source/content-tag.js';
import { channel, namesOf, type PostgresOptions, type PostgresPool } from './postgres-connection.js';

/**
 * Publishes a bundle in the table, and notifies all processes, in one statement. If several clients publish at once, the highest revision is
 * published.
 *
 * @param pool a pool or a client of `pg`
 * @throws {NanookPoliciesError} `NANOOK_POLICIES_REVISION_TAKEN`; `NANOOK_POLICIES_FORMAT` for a text that is not a bundle
 */
export async function publishToPostgres(
  pool: Pick<PostgresPool, 'query'>,
  bundle: string,
  options: PostgresOptions = {},
): Promise<void> {
  const { name, table } = namesOf(options);
  const revision = claimedRevision(bundle);
  const hash = sha256(bundle);
  const { rows: written } = await pool.query(
    `with written as (
       insert into ${table} (name, revision, hash, content) values ($1, $2, $3, $4)
       on conflict (name) do update
         set revision = excluded.revision, hash = excluded.hash, content = excluded.content, published_at = now()
         where ${table}.revision < excluded.revision
       returning hash
     )
     select pg_notify($5, hash || ' ' || $1) from written`,
    [name, revision, hash, bundle, channel],
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
