import type { BundleManifest, BundleTests } from '@nanook/policies/bundle';
import { Command, Option } from 'commander';
import { createColors } from 'picocolors';
import { keyVariable, privateKey, publicKeys, requireNew, writeKey } from '../bundle/keys.js';
import { publishBundle, type PublishFlags } from '../bundle/publish-bundle.js';
import { openBundleFile, problemsOf, readBundleFile } from '../bundle/verified-bundle.js';
import { UsageError } from '../errors/usage-error.js';
import { count } from '../output/count.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { writeOutput } from '../output/write-output.js';
import type { Project } from '../project/project.js';
import { readProject, readProjectWith } from '../project/read-project.js';
import { resultText } from '../test/reporters.js';
import { runTests } from '../test/run-tests.js';
import type { TestResult } from '../test/test-result.js';
import { readTime } from '../values/read-time.js';
import { configOption, jsonOption, positiveInteger } from './common-options.js';
import type { Outcome } from './outcome.js';

interface SignFlags {
  readonly config?: string;
  readonly key?: string;
  readonly revision: number;
  readonly label?: string;
  readonly expires?: string;
  readonly out: string;
  readonly json?: boolean;
}

export function bundleCommand(io: Io, outcome: Outcome): Command {
  return new Command('bundle')
    .summary('build, sign, verify and publish signed policies')
    .description('Builds, signs, verifies and publishes bundles: signed policies for several processes.')
    .addCommand(keygenCommand(io))
    .addCommand(buildCommand(io, outcome))
    .addCommand(signCommand(io, outcome))
    .addCommand(verifyCommand(io, outcome))
    .addCommand(publishCommand(io, outcome));
}

const keyOption = (): Option =>
  new Option('--key <file>', `the private key; default: the environment variable ${keyVariable}`);
const keysOption = (): Option =>
  new Option(
    '--keys <files...>',
    'the public keys, of which one has signed the bundle',
  ).makeOptionMandatory();
const revisionOption = (): Option =>
  new Option('--revision <number>', 'a number above that of every earlier bundle, such as that of a build')
    .argParser(positiveInteger('--revision'))
    .makeOptionMandatory();
const labelOption = (): Option =>
  new Option('--label <text>', 'the version of the policy in decisions; default: the revision');
const expiresOption = (): Option =>
  new Option(
    '--expires <time>',
    'the time from which no process uses the bundle: a day, a time with its zone, or a time from now such as 30d; default: never',
  );
const outOption = (): Option =>
  new Option('-o, --out <file>', 'the bundle to write').default('policy.bundle');

function keygenCommand(io: Io): Command {
  return new Command('keygen')
    .summary('create a pair of keys')
    .description(
      'Creates a pair of keys of Ed25519. The private key signs bundles, and the public key verifies them.',
    )
    .option('--private <file>', 'the private key to write', 'bundle-private-key.json')
    .option('--public <file>', 'the public key to write', 'bundle-public-key.json')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  nanook bundle keygen')
    .action(async (flags: { readonly private: string; readonly public: string; readonly json?: boolean }) => {
      const { generateBundleKeys } = await import('@nanook/policies/bundle');
      const keys = await generateBundleKeys();
      requireNew([flags.private, flags.public]);
      await writeKey(flags.private, keys.privateKey, 0o600);
      await writeKey(flags.public, keys.publicKey, 0o644);
      if (flags.json === true) {
        io.out(JSON.stringify({ private: flags.private, public: flags.public }, undefined, 2));
        return;
      }
      io.out(`${flags.private} is written; store it as a secret, and do not commit it`);
      io.out(`${flags.public} is written; it is part of the configuration of the application`);
    });
}

function buildCommand(io: Io, outcome: Outcome): Command {
  return new Command('build')
    .summary('run the tests of policies, and sign the policies')
    .description(
      'Loads policies, runs their tests, and writes a signed bundle. Exits with 1 if a test fails.',
    )
    .argument('[paths...]', 'files, folders and globs; default: the policies of the configuration')
    .addOption(configOption())
    .addOption(keyOption())
    .addOption(revisionOption())
    .addOption(labelOption())
    .addOption(expiresOption())
    .addOption(outOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  nanook bundle build --key bundle-private-key.json --revision 42')
    .action(async (paths: readonly string[], flags: SignFlags) => {
      const project = await readProject({ config: flags.config, paths });
      const key = await privateKey(flags.key);
      const { failing, ...tests } = await testResults(project);
      if (tests.failed > 0 && flags.json === true)
        io.out(
          JSON.stringify(
            { problems: failing.map((result) => resultText(result, createColors(false))) },
            undefined,
            2,
          ),
        );
      else for (const result of failing) io.out(resultText(result, io.colors));
      if (tests.failed > 0) {
        io.err(`${count(tests.failed, 'test')} failed, so no bundle is written`);
        outcome.code = ExitCode.findings;
        return;
      }
      const hasTests = tests.passed > 0;
      const expiresAt = flags.expires === undefined ? undefined : expiryOf(flags.expires);
      await sign(project, { ...flags, key, expiresAt, tests: hasTests ? tests : undefined }, io);
    });
}

function signCommand(io: Io, outcome: Outcome): Command {
  return new Command('sign')
    .summary('sign the policies of a bundle again')
    .description(
      'Verifies a bundle, and signs its policies with another key or a higher revision: to replace a key, or to return to an old policy.',
    )
    .argument('<bundle>', 'the bundle to verify')
    .addOption(configOption())
    .addOption(keysOption())
    .addOption(keyOption())
    .addOption(revisionOption())
    .addOption(labelOption())
    .addOption(
      new Option(
        '--expires <time>',
        'a new expiry, or never; default: that of the bundle, if it has not passed',
      ),
    )
    .addOption(outOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  nanook bundle sign old.bundle --keys bundle-public-key.json --key bundle-private-key.json --revision 43',
    )
    .action(async (file: string, flags: SignFlags & { readonly keys: readonly string[] }) => {
      await refusing({ io, outcome, json: flags.json }, async () => {
        const { manifest, files } = await openBundleFile(file, flags.keys, { acceptExpired: true });
        const project = await readProjectWith(flags.config, () => Promise.resolve(files));
        const { version, tests } = manifest;
        const expiresAt = renewedExpiry(flags.expires, manifest);
        await sign(
          project,
          { ...flags, label: flags.label ?? version, key: await privateKey(flags.key), expiresAt, tests },
          io,
        );
      });
    });
}

function verifyCommand(io: Io, outcome: Outcome): Command {
  return new Command('verify')
    .summary('verify the signature of a bundle')
    .description(
      'Verifies the signature and the files of a bundle, and that the policies load with the types of the configuration. Exits with 1 otherwise.',
    )
    .argument('<bundle>', 'the bundle')
    .addOption(configOption())
    .addOption(keysOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  nanook bundle verify policy.bundle --keys bundle-public-key.json')
    .action(
      async (
        file: string,
        {
          config,
          keys,
          json,
        }: { readonly config?: string; readonly keys: readonly string[]; readonly json?: boolean },
      ) => {
        await refusing({ io, outcome, json }, async () => {
          const opened = await openBundleFile(file, keys);
          const problems = await problemsOf(opened, config);
          if (problems.length > 0) outcome.code = ExitCode.findings;
          if (json === true) io.out(JSON.stringify({ ...opened.manifest, problems }, undefined, 2));
          else io.out([...manifestLines(file, opened.manifest), ...problems].join('\n'));
        });
      },
    );
}

function publishCommand(io: Io, outcome: Outcome): Command {
  return new Command('publish')
    .summary('publish a bundle to a file, PostgreSQL or NATS')
    .description(
      'Verifies a bundle as `verify` does, and publishes it to a file, PostgreSQL or NATS if its revision is above the published one. ' +
        'Exits with 1 otherwise.',
    )
    .argument('<bundle>', 'the bundle')
    .addOption(configOption())
    .addOption(keysOption())
    .option('--file <file>', 'the file to replace, which processes or a web server read')
    .option('--postgres [url]', 'the database; default: the environment variable DATABASE_URL')
    .option('--table <table>', 'the table of PostgreSQL; default: nanook_policies')
    .option('--name <name>', 'the name of the policy in the table; default: default')
    .option('--nats [url]', 'the server of NATS; default: the environment variable NATS_URL')
    .option('--bucket <bucket>', 'the bucket of NATS', 'policies')
    .option('--nats-key <key>', 'the key in the bucket; default: policy')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  nanook bundle publish policy.bundle --keys bundle-public-key.json --postgres',
    )
    .action(
      async (
        file: string,
        flags: PublishFlags & {
          readonly config?: string;
          readonly keys: readonly string[];
          readonly json?: boolean;
        },
      ) => {
        await refusing({ io, outcome, json: flags.json }, async () => {
          const opened = await openBundleFile(file, flags.keys);
          const problems = await problemsOf(opened, flags.config);
          const { revision, version } = opened.manifest;
          if (problems.length > 0) {
            outcome.code = ExitCode.findings;
            if (flags.json === true) io.out(JSON.stringify({ problems }, undefined, 2));
            else io.err([...problems, 'so the bundle is not published'].join('\n'));
            return;
          }
          const keys = await publicKeys(flags.keys);
          const place = await publishBundle(await readBundleFile(file), keys, flags);
          if (flags.json === true)
            io.out(JSON.stringify({ place, revision, version, problems }, undefined, 2));
          else io.out(`${file} is published to ${place}: revision ${revision}, version ${version}`);
        });
      },
    );
}

/** Runs a command. A bundle that is not valid is a finding. */
async function refusing(
  { io, outcome, json }: { readonly io: Io; readonly outcome: Outcome; readonly json: boolean | undefined },
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    const { isNanookPoliciesError } = await import('@nanook/policies');
    if (!isNanookPoliciesError(error)) throw error;
    if (error.code === 'NANOOK_POLICIES_INVALID_OPTION')
      throw new UsageError(error.message, { cause: error });
    if (json === true) io.out(JSON.stringify({ problems: [error.message] }, undefined, 2));
    else io.err(error.message);
    outcome.code = ExitCode.findings;
  }
}

/** Runs the tests in the policies. */
async function testResults(
  project: Project,
): Promise<BundleTests & { readonly failing: readonly TestResult[] }> {
  const failing: TestResult[] = [];
  let passed = 0;
  for await (const result of runTests(project))
    if (result.failures.length === 0) passed++;
    else failing.push(result);
  return { passed, failed: failing.length, failing };
}

async function sign(
  project: Project,
  {
    key,
    revision,
    label,
    expiresAt,
    tests,
    out,
    json,
  }: Omit<SignFlags, 'key' | 'expires'> & {
    readonly key: Awaited<ReturnType<typeof privateKey>>;
    readonly expiresAt: Date | undefined;
    readonly tests: BundleTests | undefined;
  },
  io: Io,
): Promise<void> {
  if (!project.declaresTypes)
    throw new UsageError(
      'a bundle names the types of the application, which must be those of the processes that use it; declare `types` in the configuration: nanook init',
    );
  const { signBundle } = await import('@nanook/policies/bundle');
  const authorizer = await project.load();
  const bundle = await signBundle(authorizer, {
    key,
    revision,
    ...(label !== undefined && { version: label }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(tests !== undefined && { tests }),
  });
  await writeOutput(out, bundle);
  if (json === true) {
    const files = project.policies.map(({ name }) => name);
    io.out(JSON.stringify({ file: out, revision, files, tests, expiresAt, problems: [] }, undefined, 2));
    return;
  }
  io.out(
    `${out} is written: revision ${revision}, ${count(authorizer.policy.sources.length, 'file')}${testText(tests)}${expiryText(expiresAt?.toISOString())}`,
  );
}

/** @throws {UsageError} for a time that is not in the future */
function expiryOf(text: string): Date {
  const time = readTime('--expires', text, 'future');
  if (time.getTime() <= Date.now())
    throw new UsageError(`--expires expects a time in the future, found ${text}`);
  return time;
}

/** Returns the expiry of a bundle that is signed again. @throws {UsageError} if that of the old one has passed */
function renewedExpiry(given: string | undefined, { expiresAt }: BundleManifest): Date | undefined {
  if (given === 'never') return undefined;
  if (given !== undefined) return expiryOf(given);
  if (expiresAt === undefined) return undefined;
  if (Date.parse(expiresAt) <= Date.now())
    throw new UsageError(
      `the bundle expired at ${expiresAt}; give a new expiry: --expires 30d, or --expires never`,
    );
  return new Date(expiresAt);
}

const expiryText = (expiresAt: string | undefined): string =>
  expiresAt === undefined ? '' : `, expires at ${expiresAt}`;

const testText = (tests: BundleTests | undefined): string =>
  tests === undefined ? '' : `, ${count(tests.passed, 'test')} passed`;

const manifestLines = (
  file: string,
  { revision, version, policyHash, files, tests, createdAt, expiresAt }: BundleManifest,
): readonly string[] => [
  `${file} is valid: revision ${revision}, version ${version}, signed at ${createdAt}${testText(tests)}${expiryText(expiresAt)}`,
  `policy ${policyHash}`,
  ...files.map(({ name }) => `  ${name}`),
];
