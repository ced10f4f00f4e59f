import type { BundleManifest, BundleTests, OpenedBundle, SignedCandidate } from '@nanook/policies/bundle';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createColors } from 'picocolors';
import { expiryOf, renewedExpiry } from '../bundle/expiry.js';
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
    .summary('build, sign, verify, roll out and publish signed policies')
    .description('Builds, signs, verifies and publishes bundles: signed policies for several processes.')
    .addCommand(keygenCommand(io))
    .addCommand(buildCommand(io, outcome))
    .addCommand(signCommand(io, outcome))
    .addCommand(rollOutCommand(io, outcome))
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
        const opened = await openBundleFile(file, flags.keys, { acceptExpired: true });
        const { manifest } = opened;
        const project = await projectOf(opened.files, flags.config);
        const { version, tests } = manifest;
        const expiresAt = renewedExpiry(flags.expires, [manifest]);
        await sign(
          project,
          {
            ...flags,
            label: flags.label ?? version,
            key: await privateKey(flags.key),
            expiresAt,
            tests,
            candidate: await candidateIn(opened, flags.config),
          },
          io,
        );
      });
    });
}

interface RollOutFlags extends SignFlags {
  readonly keys: readonly string[];
  readonly percent: number;
  readonly seed?: string;
}

function rollOutCommand(io: Io, outcome: Outcome): Command {
  return new Command('roll-out')
    .summary('let a new policy decide for a part of the actors')
    .description(
      'Verifies two bundles, and writes one in which the policy of the second decides for a percentage of the actors. Publish it, then one with a ' +
        'higher percentage, and at last the second bundle, signed with a higher revision.',
    )
    .argument('<current>', 'the bundle that is published')
    .argument('<next>', 'the bundle with the new policy')
    .addOption(
      new Option('--percent <number>', 'the percentage of the actors, from 0 to 100')
        .argParser(percentOf)
        .makeOptionMandatory(),
    )
    .option('--seed <text>', 'selects other actors for the same percentage')
    .addOption(configOption())
    .addOption(keysOption())
    .addOption(keyOption())
    .addOption(revisionOption())
    .addOption(
      new Option(
        '--expires <time>',
        'a new expiry, or never; default: the earlier one of both bundles, if it has not passed',
      ),
    )
    .addOption(outOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  nanook bundle roll-out current.bundle next.bundle --percent 10 --keys bundle-public-key.json --key bundle-private-key.json --revision 43',
    )
    .action(async (currentFile: string, nextFile: string, flags: RollOutFlags) => {
      await refusing({ io, outcome, json: flags.json }, async () => {
        const current = await openBundleFile(currentFile, flags.keys, { acceptExpired: true });
        const next = await openBundleFile(nextFile, flags.keys, { acceptExpired: true });
        const { version, tests } = current.manifest;
        const { percent, seed } = flags;
        const authorizer = await (await projectOf(next.files, flags.config)).load();
        const signing = {
          ...flags,
          key: await privateKey(flags.key),
          label: version,
          expiresAt: renewedExpiry(flags.expires, [current.manifest, next.manifest]),
          tests,
          candidate: {
            authorizer,
            percent,
            version: next.manifest.version,
            ...(seed !== undefined && { seed }),
          },
        };
        await sign(await projectOf(current.files, flags.config), signing, io);
      });
    });
}

function percentOf(text: string): number {
  const percent = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || percent > 100)
    throw new InvalidArgumentError(`--percent expects a number from 0 to 100, found ${text}.`);
  return percent;
}

const projectOf = (files: OpenedBundle['files'], config: string | undefined): Promise<Project> =>
  readProjectWith(config, () => Promise.resolve(files));

/** Returns the policy that a bundle rolls out, to sign it again. */
async function candidateIn(
  { manifest, candidate }: OpenedBundle,
  config: string | undefined,
): Promise<SignedCandidate | undefined> {
  if (manifest.candidate === undefined || candidate === undefined) return undefined;
  const { version, percent, seed } = manifest.candidate;
  return { authorizer: await (await projectOf(candidate, config)).load(), version, percent, seed };
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
    candidate,
    out,
    json,
  }: Omit<SignFlags, 'key' | 'expires'> & {
    readonly key: Awaited<ReturnType<typeof privateKey>>;
    readonly expiresAt: Date | undefined;
    readonly tests: BundleTests | undefined;
    readonly candidate?: SignedCandidate | undefined;
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
    ...(candidate !== undefined && { candidate }),
  });
  await writeOutput(out, bundle);
  if (json === true) {
    const files = project.policies.map(({ name }) => name);
    io.out(
      JSON.stringify(
        {
          file: out,
          revision,
          files,
          tests,
          expiresAt,
          ...(candidate !== undefined && { percent: candidate.percent }),
          problems: [],
        },
        undefined,
        2,
      ),
    );
    return;
  }
  io.out(
    `${out} is written: revision ${revision}, ${count(authorizer.policy.sources.length, 'file')}${testText(tests)}${candidateText(candidate)}${expiryText(expiresAt?.toISOString())}`,
  );
}

const candidateText = (
  candidate: { readonly version?: string; readonly percent: number } | undefined,
): string =>
  candidate === undefined ? '' : `, version ${candidate.version} for ${candidate.percent} % of the actors`;

const expiryText = (expiresAt: string | undefined): string =>
  expiresAt === undefined ? '' : `, expires at ${expiresAt}`;

const testText = (tests: BundleTests | undefined): string =>
  tests === undefined ? '' : `, ${count(tests.passed, 'test')} passed`;

const manifestLines = (
  file: string,
  { revision, version, policyHash, files, tests, createdAt, expiresAt, candidate }: BundleManifest,
): readonly string[] => [
  `${file} is valid: revision ${revision}, version ${version}, signed at ${createdAt}${testText(tests)}${candidateText(candidate)}${expiryText(expiresAt)}`,
  `policy ${policyHash}`,
  ...files.map(({ name }) => `  ${name}`),
];
