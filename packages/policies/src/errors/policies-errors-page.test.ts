import { readFileSync } from 'node:fs';
import { Authorizer } from '@nanook/core';
import { afterAll, describe, expect, it } from 'vitest';
import { errorOfExample, type Coded } from '../../../core/src/testing/run-example.fixture.js';
import * as bundleEntry from '../bundle/index.js';
import * as entry from '../index.js';
import * as postgres from '../postgres/index.js';
import {
  NanookPoliciesError,
  type NanookPoliciesErrorCode,
  type NanookPoliciesErrorData,
} from './nanook-policies-error.js';
import { policiesExamples } from './policies-examples.fixture.js';
import { emptyPglite } from '../../../../tools/empty-pglite.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const database = await emptyPglite();
await database.exec(postgres.postgresTable());
afterAll(() => database.close());

const keys = await bundleEntry.generateBundleKeys();

/** Runs an example, and returns the errors that the follower reports and the one that it throws. */
async function errorsOf(example: string): Promise<readonly Coded[]> {
  const errors: Coded[] = [];
  const followers: entry.PolicyFollower[] = [];
  const followPolicies = async (
    authorizer: Authorizer,
    source: entry.PolicySource,
    options: entry.FollowOptions = {},
  ): Promise<entry.PolicyFollower> => {
    const onError = (error: unknown): void => void errors.push(error as Coded);
    const follower = await entry.followPolicies(authorizer, source, { onError, ...options });
    followers.push(follower);
    return follower;
  };
  const names = {
    ...entry,
    ...keys,
    Authorizer,
    authorizer: await Authorizer.load({ policies: 'allow("ann", "read", _);' }),
    followPolicies,
    pool: { query: (text: string, values?: unknown[]) => database.query(text, values) },
  };
  const thrown = await errorOfExample(example, names, {
    '@nanook/policies/bundle': bundleEntry,
    '@nanook/policies/postgres': postgres,
  });
  await Promise.all(followers.map((follower) => follower.close()));
  return thrown === undefined ? errors : [...errors, thrown];
}

/** The codes without an example. */
const samples: {
  readonly [C in Exclude<NanookPoliciesErrorCode, keyof typeof policiesExamples>]: NanookPoliciesErrorData<C>;
} = { NANOOK_POLICIES_CLOSED: {} };
/** An example expires soon after it is run, so its time is not that of the page. */
const expiresAt = '2027-01-31T00:00:00.000Z';
const data = new Map<string, object>(Object.entries(samples));
for (const [code, { wrong }] of Object.entries(policiesExamples)) {
  const error = (await errorsOf(wrong)).find((each) => each.code === code);
  if (error !== undefined)
    data.set(code, code === 'NANOOK_POLICIES_EXPIRED' ? { ...error.data, expiresAt } : error.data);
}

describe('the guide "Several processes"', () => {
  const rows = read('../../../../docs/guides/several-processes.md').matchAll(
    /^\| `(NANOOK_POLICIES_\w+)` \| (.*) \|$/gm,
  );
  const meanings = new Map([...rows].map(([, code, meaning]) => [code!, meaning!]));

  it('lists every code of the package', () => {
    expect(new Set(meanings.keys())).toEqual(new Set(data.keys()));
  });

  it('gives the meaning of each code to the command line', async () => {
    const entries = [...meanings].map(([code, when]) => {
      const { message } = new NanookPoliciesError(code as NanookPoliciesErrorCode, data.get(code) as never);
      const page = '../guides/several-processes.md';
      const example = policiesExamples[code as keyof typeof policiesExamples];
      return {
        code,
        page,
        severity: 'error',
        message,
        when,
        ...(example !== undefined && { language: 'ts', example: example.wrong, fix: example.fix }),
      };
    });
    const text = `${JSON.stringify(entries, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/policies.json');
  });

  it.each(Object.entries(policiesExamples))(
    'has codes whose example causes only %s, and whose corrected example causes no error',
    async (code, { wrong, fix }) => {
      const codesOf = async (example: string) => (await errorsOf(example)).map((error) => error.code);
      expect(await codesOf(wrong)).toEqual([code]);
      expect(await codesOf(fix)).toEqual([]);
    },
  );
});
