import type { PolicyDialect } from '@nanook/core';
import { InvalidArgumentError, Option } from 'commander';

export const configOption = (): Option =>
  new Option('-c, --config <file>', 'the configuration; default: the nearest nanook.config.ts, .js or .json');

export const dialectOption = (): Option =>
  new Option(
    '--dialect <dialect>',
    'the meaning of the policies; default: the dialect of the configuration',
  ).choices(['nanook', 'oso-cloud'] satisfies PolicyDialect[]);

/** The options of commands that load a project. */
export interface ProjectFlags {
  readonly config?: string;
  readonly policy?: readonly string[];
}

export const policyOption = (): Option =>
  new Option(
    '-p, --policy <paths...>',
    'files, folders and globs; default: the policies of the configuration',
  );

/** The options of commands that read a decision log from a server. */
export const recordSourceOptions = (): readonly Option[] => [
  new Option(
    '--postgres [url]',
    'read a table of PostgreSQL; default: the environment variable DATABASE_URL',
  ),
  new Option('--table <table>', 'the table of PostgreSQL').default('nanook_decisions'),
  new Option('--nats [url]', 'read a stream of NATS; default: the environment variable NATS_URL'),
  new Option('--stream <stream>', 'the stream of NATS').default('decisions'),
  new Option('--subject <subject>', 'only the messages of this subject; default: all messages of the stream'),
];

export const jsonOption = (): Option => new Option('--json', 'write the result as JSON');

/** Reads the value of an option as a number of things. */
export const nonNegativeInteger =
  (name: string) =>
  (text: string): number => {
    if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`${name} expects a whole number, found ${text}.`);
    return Number(text);
  };

/** Reads the value of an option as a whole number above 0. */
export const positiveInteger =
  (name: string) =>
  (text: string): number => {
    if (!/^[1-9]\d*$/.test(text))
      throw new InvalidArgumentError(`${name} expects a whole number above 0, found ${text}.`);
    return Number(text);
  };
