import type { Argument, Command, Option } from 'commander';

/** A command with the parts that a shell completes. */
export interface CompletedCommand {
  /** The names from the first command on: `bundle sign`; empty for the program. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  readonly commands: readonly CompletedCommand[];
  /** The values of the arguments; undefined for values that a shell does not know. */
  readonly values: CompletedValues | undefined;
}

export interface CompletedOption {
  /** `--config`. */
  readonly long: string;
  /** `-c`. */
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  readonly values: CompletedValues | undefined;
}

/** Fixed words, or files: any, or policies and folders. */
export type CompletedValues = { readonly words: readonly string[] } | { readonly files: 'any' | 'polar' };

/** Reads the commands and options of the program. */
export function commandTree(command: Command, above = ''): CompletedCommand {
  const isProgram = command.parent === null;
  const path = isProgram ? '' : `${above} ${command.name()}`.trim();
  return {
    path,
    name: command.name(),
    summary: command.summary() || command.description(),
    options: [...command.options.filter(({ hidden }) => !hidden), ...helpOptions(command)].map(
      completedOption,
    ),
    commands: command.commands.map((inner) => commandTree(inner, path)),
    values: command.registeredArguments.map(valuesOfArgument).find((values) => values !== undefined),
  };
}

const helpOptions = (command: Command): readonly Option[] =>
  [...command.createHelp().visibleOptions(command)].filter(({ long }) => long === '--help');

const completedOption = ({ long, short, description, flags, argChoices }: Option): CompletedOption => ({
  long: long ?? short!,
  short: long === undefined ? undefined : short,
  description,
  takesValue: /[<[]/.test(flags),
  values: argChoices === undefined ? filesFor(flags) : { words: argChoices },
});

const valuesOfArgument = (argument: Argument): CompletedValues | undefined =>
  argument.argChoices === undefined ? filesFor(`<${argument.name()}>`) : { words: argument.argChoices };

/** The names of values that are files. `<old>` and `<new>` can also be revisions of git. */
function filesFor(flags: string): CompletedValues | undefined {
  const name = /[<[](\w+)/.exec(flags)?.[1] ?? '';
  if (['paths', 'old', 'new'].includes(name)) return { files: 'polar' };
  return ['file', 'files', 'folder', 'logs', 'bundle'].includes(name) ? { files: 'any' } : undefined;
}

/** Returns a command and all commands below it. */
export const flatten = (command: CompletedCommand): readonly CompletedCommand[] => [
  command,
  ...command.commands.flatMap(flatten),
];
