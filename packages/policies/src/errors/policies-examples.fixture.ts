import type { NanookPoliciesErrorCode } from './nanook-policies-error.js';

/**
 * An example that causes a code, and the corrected one. Both run with an `authorizer`, a pair `publicKey` and `privateKey`, and the
 * `pool` of a database with the table of policies.
 */
export interface PoliciesExample {
  readonly wrong: string;
  readonly fix: string;
}

const signing = `import { signBundle } from '@nanook/policies/bundle';

const bundle = await signBundle(authorizer, { key: privateKey, revision: 42 });`;
const opening = signing.replace('{ signBundle }', '{ openBundle, signBundle }');
const follow = `await followPolicies(authorizer, new MemorySource(bundle), { keys: publicKey });`;

/** `NANOOK_POLICIES_CLOSED` ends a reload inside the package, and no application receives it. */
export const policiesExamples: {
  readonly [C in Exclude<NanookPoliciesErrorCode, 'NANOOK_POLICIES_CLOSED'>]: PoliciesExample;
} = {
  NANOOK_POLICIES_INVALID_OPTION: {
    wrong: `${signing}
await followPolicies(authorizer, new MemorySource(bundle), { keys: publicKey, pollMs: 0 });`,
    fix: `${signing}
await followPolicies(authorizer, new MemorySource(bundle), { keys: publicKey, pollMs: 30_000 });`,
  },
  NANOOK_POLICIES_SOURCE: {
    wrong: `${signing}
class RemoteSource extends MemorySource {
  async read() {
    throw new Error('connection refused');
  }
}
await followPolicies(authorizer, new RemoteSource(bundle), { keys: publicKey });`,
    fix: `${signing}
class RemoteSource extends MemorySource {} // the server is reachable
await followPolicies(authorizer, new RemoteSource(bundle), { keys: publicKey });`,
  },
  NANOOK_POLICIES_EMPTY: {
    wrong: `const source = new MemorySource();
await followPolicies(authorizer, source, { keys: publicKey });`,
    fix: `${signing}
const source = new MemorySource();
source.publish(bundle);
await followPolicies(authorizer, source, { keys: publicKey });`,
  },
  NANOOK_POLICIES_UNSIGNED: {
    wrong: `const bundle = 'allow("ann", "read", _);';
${follow}`,
    fix: `${signing}
${follow}`,
  },
  NANOOK_POLICIES_NO_KEYS: {
    wrong: `${signing}
await followPolicies(authorizer, new MemorySource(bundle));`,
    fix: `${signing}
${follow}`,
  },
  NANOOK_POLICIES_FORMAT: {
    wrong: `import { openBundle } from '@nanook/policies/bundle';

await openBundle('allow("ann", "read", _);', publicKey);`,
    fix: `${opening}
await openBundle(bundle, publicKey);`,
  },
  NANOOK_POLICIES_SIGNATURE: {
    wrong: `${opening.replace('{ openBundle,', '{ generateBundleKeys, openBundle,')}
const other = await generateBundleKeys();
await openBundle(bundle, other.publicKey);`,
    fix: `${opening}
await openBundle(bundle, publicKey);`,
  },
  NANOOK_POLICIES_TAMPERED: {
    wrong: `${opening}
await openBundle(bundle.replace('ann', 'eve'), publicKey);`,
    fix: `${opening}
await openBundle(bundle, publicKey);`,
  },
  NANOOK_POLICIES_STALE: {
    wrong: `${signing}
await followPolicies(authorizer, new MemorySource(bundle), { keys: publicKey, minRevision: 43 });`,
    fix: `${signing.replace('42', '43')}
await followPolicies(authorizer, new MemorySource(bundle), { keys: publicKey, minRevision: 43 });`,
  },
  NANOOK_POLICIES_REVISION_REUSED: {
    wrong: `const source = new MemorySource();
source.publish('allow("ann", "read", _);', 42);
const follower = await followPolicies(authorizer, source);
source.publish('allow("ben", "read", _);', 42);
await follower.refresh();`,
    fix: `const source = new MemorySource();
source.publish('allow("ann", "read", _);', 42);
const follower = await followPolicies(authorizer, source);
source.publish('allow("ben", "read", _);', 43);
await follower.refresh();`,
  },
  NANOOK_POLICIES_TYPES: {
    wrong: `import { signBundle } from '@nanook/policies/bundle';

const policies = 'allow("ann", "read", _: Note);';
const other = await Authorizer.load({ policies, types: { Note: {} } }); // the application has no type Note
const bundle = await signBundle(other, { key: privateKey, revision: 42 });
${follow}`,
    fix: `import { signBundle } from '@nanook/policies/bundle';

const policies = 'allow("ann", "read", _);';
const other = await Authorizer.load({ policies });
const bundle = await signBundle(other, { key: privateKey, revision: 42 });
${follow}`,
  },
  NANOOK_POLICIES_TESTS_FAILED: {
    wrong: `${signing.replace('revision: 42 }', 'revision: 42, tests: { passed: 15, failed: 2 } }')}
${follow}`,
    fix: `${signing.replace('revision: 42 }', 'revision: 42, tests: { passed: 17, failed: 0 } }')}
${follow}`,
  },
  NANOOK_POLICIES_EXPIRED: {
    wrong: `${signing.replace('revision: 42 }', 'revision: 42, expiresAt: new Date(Date.now() + 300) }')}
await new Promise((resolve) => setTimeout(resolve, 310)); // the bundle is published too late
${follow}`,
    fix: `${signing.replace('revision: 42 }', 'revision: 42, expiresAt: new Date(Date.now() + 30 * 86_400_000) }')}
${follow}`,
  },
  NANOOK_POLICIES_BROKEN: {
    wrong: `await followPolicies(authorizer, new MemorySource('allow("ann", "read", _)'));`,
    fix: `await followPolicies(authorizer, new MemorySource('allow("ann", "read", _);'));`,
  },
  NANOOK_POLICIES_CHECK_FAILED: {
    wrong: `async function check(next) {
  if (!(await next.can('ann', 'read', 'plan'))) throw new Error('ann may not read the plan');
}
await followPolicies(authorizer, new MemorySource('allow("ben", "read", _);'), { check });`,
    fix: `async function check(next) {
  if (!(await next.can('ann', 'read', 'plan'))) throw new Error('ann may not read the plan');
}
await followPolicies(authorizer, new MemorySource('allow("ann", "read", _);'), { check });`,
  },
  NANOOK_POLICIES_NOT_ANNOUNCED: {
    wrong: `import { postgresFleet } from '@nanook/policies/postgres';

const announce = { to: postgresFleet(pool, { table: 'processes' }) }; // the table does not exist
await followPolicies(authorizer, new MemorySource('allow("ann", "read", _);'), { announce });
await new Promise((resolve) => setTimeout(resolve, 50));`,
    fix: `import { postgresFleet, postgresFleetTable } from '@nanook/policies/postgres';

await pool.query(postgresFleetTable('processes')); // in a migration
const announce = { to: postgresFleet(pool, { table: 'processes' }) };
await followPolicies(authorizer, new MemorySource('allow("ann", "read", _);'), { announce });`,
  },
  NANOOK_POLICIES_REVISION_TAKEN: {
    wrong: `import { signBundle } from '@nanook/policies/bundle';
import { publishToPostgres } from '@nanook/policies/postgres';

await publishToPostgres(pool, await signBundle(authorizer, { key: privateKey, revision: 43 }), { name: 'shop' });
await publishToPostgres(pool, await signBundle(authorizer, { key: privateKey, revision: 42 }), { name: 'shop' });`,
    fix: `import { signBundle } from '@nanook/policies/bundle';
import { publishToPostgres } from '@nanook/policies/postgres';

await publishToPostgres(pool, await signBundle(authorizer, { key: privateKey, revision: 43 }), { name: 'blog' });
await publishToPostgres(pool, await signBundle(authorizer, { key: privateKey, revision: 44 }), { name: 'blog' });`,
  },
};
