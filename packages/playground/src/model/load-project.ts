import {
  checkPolicies,
  fixesOf,
  messageOf,
  participantsOf,
  readValue,
  scopeOf,
  UsageError,
  type Finding,
  type Fixtures,
  type NanookConfig,
} from '@nanook/cli/tools';
import { isPolarError, isPolicyError, type Authorizer, type PolicyVocabulary } from '@nanook/core';
import { PageProject } from './page-project.js';
import { isError, problemOf, type Problem } from './problem.js';
import { dataFile, typesFile, type ProjectText } from './project-text.js';
import { readJson } from './read-json.js';

/** A project without an error, whose policies can decide. */
export interface LoadedProject {
  readonly text: ProjectText;
  readonly project: PageProject;
  readonly authorizer: Authorizer;
  readonly fixtures: Fixtures;
  /** The names of the data, by their values. Explanations show `ann` for the row. */
  readonly names: ReadonlyMap<unknown, string>;
  /** Returns the names of the policy. The first call takes longer than an answer, so no answer needs it. */
  readonly vocabulary: () => PolicyVocabulary;
  /** The names of the actors in the data. */
  readonly actors: readonly string[];
  /** The names of the resources in the data, and the types that are resources themselves. */
  readonly resources: readonly string[];
  /** Returns the row, the type or the value that a question names. @throws {UsageError} for an unknown name */
  readonly valueOf: (name: string) => unknown;
}

/** The result of loading the texts of a project. */
export interface LoadResult {
  readonly problems: readonly Problem[];
  /** Undefined if a problem is an error. */
  readonly loaded: LoadedProject | undefined;
}

/** Loads the texts of a project. Mistakes in the texts are problems; another error is one of this page, and is thrown. */
export async function loadProject(text: ProjectText): Promise<LoadResult> {
  const [types, data] = [
    readObject(text.types, typesFile, 'types by name, such as { "User": { "fields": { "id": "Integer" } } }'),
    readObject(text.data, dataFile, 'values by name, such as { "ann": { "$type": "User", "id": 1 } }'),
  ];
  const unreadable = [types, data].flatMap(({ problem }) => problem ?? []);
  const config = { ...text.options, types: types.value ?? {}, fixtures: data.value ?? {} } as NanookConfig;
  const project = new PageProject(config, text.policies);
  // Without types, each name of a type in a policy would be an error.
  if (types.value === undefined) return { problems: unreadable, loaded: undefined };
  const findings = checkPolicies(project);
  const fixes = fixesOf(project, findings);
  const problems = [
    ...unreadable,
    ...findings.map((finding) => problemOf(finding, fileOf(finding, text), fixes.get(finding))),
  ];
  if (problems.some(isError)) return { problems, loaded: undefined };
  try {
    const fixtures = await project.fixtures();
    const authorizer = await project.load();
    return { problems, loaded: loadedProject(text, project, authorizer, fixtures) };
  } catch (error) {
    return { problems: [...problems, ...problemsOfError(error, text)], loaded: undefined };
  }
}

function loadedProject(
  text: ProjectText,
  project: PageProject,
  authorizer: Authorizer,
  fixtures: Fixtures,
): LoadedProject {
  const names = new Map(Object.entries(fixtures).map(([name, value]) => [value, name] as const));
  const { actors, resources } = participantsOf(fixtures, scopeOf(project.trees), authorizer);
  const nameOf = (value: unknown): string[] => {
    const name = names.get(value);
    return name === undefined ? [] : [name];
  };
  const typeNames = Object.keys(project.types);
  const typeOf = (value: unknown): string[] =>
    names.has(value) ? [] : typeNames.filter((name) => authorizer.type(name) === value);
  return {
    text,
    project,
    authorizer,
    fixtures,
    names,
    vocabulary: once(() => authorizer.policy.vocabulary()),
    actors: actors.flatMap(nameOf),
    resources: [...resources.flatMap(nameOf), ...resources.flatMap(typeOf)],
    valueOf: (name) => readValue(name, fixtures, authorizer),
  };
}

function once<Result>(compute: () => Result): () => Result {
  let known: { readonly result: Result } | undefined;
  return () => (known ??= { result: compute() }).result;
}

function readObject(
  text: string,
  file: string,
  expected: string,
): { readonly value?: object; readonly problem?: Problem } {
  const result = readJson(text);
  const problem = (message: string, start: number, end: number): { readonly problem: Problem } => ({
    problem: { file, severity: 'error', code: undefined, message, start, end, fix: undefined },
  });
  if ('offset' in result) return problem(result.message, result.offset, result.offset + 1);
  const { value } = result;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value };
  return problem(`expected an object with ${expected}`, 0, text.trimEnd().length);
}

/** Returns the file of a finding without a place: a finding about a type, or one about all policies, such as a missing rule. */
const fileOf = ({ code }: Pick<Finding, 'code'>, { policies }: ProjectText): string =>
  code.startsWith('POLAR_CHECK_') ? (policies[0]?.name ?? typesFile) : typesFile;

/** A mistake in the data is a `UsageError`; a mistake in a policy that only a load finds, such as a failed `?=`, is a `PolicyError`. */
function problemsOfError(error: unknown, text: ProjectText): readonly Problem[] {
  if (isPolicyError(error))
    return error.diagnostics
      .filter(({ severity }) => severity === 'error')
      .map((each) => problemOf(each, fileOf(each, text)));
  if (!isPolarError(error) && !(error instanceof UsageError)) throw error;
  const finding: Finding = {
    severity: 'error',
    code: isPolarError(error) ? error.code : '',
    message: messageOf(error).split('\n', 1)[0]!,
    span: isPolarError(error) ? error.span : undefined,
  };
  const problem = problemOf(finding, fileOf(finding, text));
  return [error instanceof UsageError ? { ...problem, file: dataFile, code: undefined } : problem];
}
