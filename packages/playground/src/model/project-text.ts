import type { NamedPolicy } from '@nanook/core';
import { printJson } from './print-json.js';

/** The names of a question: an actor and a resource of the data, or their values in the syntax of Polar, and an action. */
export interface Question {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
}

/** The texts of a project, as a person edits them. */
export interface ProjectText {
  readonly policies: readonly NamedPolicy[];
  /** The option `types` of a configuration, as JSON. */
  readonly types: string;
  /** The option `fixtures` of a configuration, as JSON. */
  readonly data: string;
  /** The other options of a configuration. */
  readonly options: ConfigOptions;
  readonly question: Question;
}

/** The options of a configuration that a page keeps, but does not edit. */
export type ConfigOptions = Readonly<Record<string, unknown>>;

/** The names of the texts beside the policies. */
export const typesFile = 'types';
export const dataFile = 'data';

export const configFile = 'nanook.config.json';

const keptOptions = [
  'dialect',
  'constants',
  'queries',
  'readAction',
  'undecided',
  'equality',
  'sql',
] as const;

/** Returns the options that a page keeps. Others name modules and functions, which a page has not. */
export const keptIn = (config: object): ConfigOptions =>
  Object.fromEntries(
    Object.entries(config).filter(([name]) => (keptOptions as readonly string[]).includes(name)),
  );

/** A project with one empty policy. */
export const emptyProject: ProjectText = {
  policies: [{ name: 'policy/main.polar', source: '' }],
  types: '{}\n',
  data: '{}\n',
  options: {},
  question: { actor: '', action: '', resource: '' },
};

/** Returns the project of a configuration in JSON. */
export function fromConfig(
  policies: readonly NamedPolicy[],
  config: Readonly<Record<string, unknown>>,
  question: Question = emptyProject.question,
): ProjectText {
  const { types = {}, fixtures = {} } = config;
  return {
    policies: policies.length > 0 ? policies : emptyProject.policies,
    types: printJson(types),
    data: printJson(fixtures),
    options: keptIn(config),
    question,
  };
}

/**
 * Returns the configuration of a project, as `nanook init --format json` writes it.
 *
 * @throws {SyntaxError} when the types or the data are not JSON
 */
export const toConfig = ({ types, data, options }: ProjectText): string =>
  printJson({
    policies: '**/*.polar',
    types: JSON.parse(types) as unknown,
    fixtures: JSON.parse(data) as unknown,
    ...options,
  });

/** Returns a project in which the text of one file is another one. */
export function withText(project: ProjectText, file: string, text: string): ProjectText {
  if (file === typesFile) return { ...project, types: text };
  if (file === dataFile) return { ...project, data: text };
  const policies = project.policies.map((policy) =>
    policy.name === file ? { ...policy, source: text } : policy,
  );
  return { ...project, policies };
}

/** Returns the text of a file; undefined if the project has no such file. */
export function textOfFile(project: ProjectText, file: string): string | undefined {
  if (file === typesFile) return project.types;
  if (file === dataFile) return project.data;
  return project.policies.find(({ name }) => name === file)?.source;
}

/** The names of all texts, in the order of the tabs. */
export const filesOf = ({ policies }: ProjectText): readonly string[] => [
  ...policies.map(({ name }) => name),
  typesFile,
  dataFile,
];
