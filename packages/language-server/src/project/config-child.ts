// The process that runs the configuration of a project. It sends plain data to the server, and ends with it.
import { resolve } from 'node:path';
import {
  checkProject,
  isFile,
  messageOf,
  Project,
  readInputs,
  readPaths,
  readProjectWith,
} from '@nanook/cli/project';
import { plainTypes } from './plain-types.js';
import type {
  ChildMessage,
  ChildRequest,
  ChildTask,
  PlainFinding,
  ProjectDescription,
} from './child-messages.js';
import { recordLoadedFiles } from './loaded-files.js';

const send = (message: ChildMessage): void => void process.send?.(message);

const { configFile, paths } = JSON.parse(process.argv[2]!) as ChildTask;
const loaded = recordLoadedFiles();
const loadedFiles = (): string[] => [...(configFile === undefined ? [] : [resolve(configFile)]), ...loaded];

process.once('disconnect', () => process.exit());

/** The reason why the policies could not be read. The types do not depend on them: the first policy of a project may not be saved yet. */
let problem: string | undefined;
const withoutPolicies = (error: unknown): [] => {
  problem = messageOf(error);
  return [];
};

try {
  const project =
    configFile === undefined
      ? new Project(undefined, {}, await readPaths(paths).catch(withoutPolicies))
      : await readProjectWith(configFile, (inputs) => readInputs(inputs).catch(withoutPolicies));
  send(await describe(project));
  process.on('message', (request: ChildRequest) => void answer(project, request));
} catch (error) {
  send({ kind: 'failure', message: messageOf(error), loadedFiles: loadedFiles() });
}

async function describe(project: Project): Promise<ProjectDescription> {
  await project.requireOptions();
  const { config, policies, types } = project;
  return {
    kind: 'project',
    problem,
    policies: policies.map((policy) => ({ ...policy, isFile: isFile(policy) })),
    types: project.declaresTypes ? plainTypes(types) : undefined,
    constants: Object.fromEntries(
      Object.entries(config.constants ?? {}).map(([name, value]) => [
        name,
        value === null || value === undefined,
      ]),
    ),
    queries: config.queries ?? [],
    dialect: config.dialect,
    fixtures: typeof config.fixtures === 'function' ? undefined : await fixtureTypes(project),
    loadedFiles: loadedFiles(),
  };
}

/** Returns the names of the fixtures with those of their types. */
async function fixtureTypes(project: Project): Promise<Record<string, string | undefined>> {
  const fixtures = await project.fixtures();
  const { policy } = await project.withPolicies([{ name: 'none', source: 'allow(_, _, _);' }]).load();
  return Object.fromEntries(
    Object.entries(fixtures).map(([name, value]) => [name, policy.typesOf(value)[0]]),
  );
}

async function answer(project: Project, request: ChildRequest): Promise<void> {
  const { id } = request;
  try {
    if (request.kind === 'fixtures') {
      send({ kind: 'fixtures', id, fixtures: await fixtureTypes(project) });
      return;
    }
    const findings = await checkProject(project.withPolicies(request.policies));
    send({ kind: 'tests', id, findings: findings.flatMap(plainFinding) });
  } catch (error) {
    send({ kind: 'refused', id, message: messageOf(error) });
  }
}

function plainFinding({
  severity,
  code,
  message,
  span,
}: Awaited<ReturnType<typeof checkProject>>[number]): PlainFinding[] {
  if (span === undefined) return [];
  const { source, start, end } = span;
  return [{ severity, code, message, file: source.name ?? '', start, end }];
}
