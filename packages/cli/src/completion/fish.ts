import {
  flatten,
  type CompletedCommand,
  type CompletedOption,
  type CompletedValues,
} from './command-tree.js';

/** Returns the script of completion for fish. */
export const fishScript = (program: CompletedCommand): string =>
  `# The completion of nanook for fish. Save it: nanook completion fish > ~/.config/fish/completions/nanook.fish
complete -c nanook -f
${flatten(program).flatMap(commandLines).join('\n')}
`;

function commandLines({ path, options, commands, values }: CompletedCommand): readonly string[] {
  const names = commands.map(({ name }) => name).join(' ');
  const here =
    path === ''
      ? ''
      : path
          .split(' ')
          .map((name) => `__fish_seen_subcommand_from ${name}`)
          .join('; and ');
  const start = path === '' ? `not __fish_seen_subcommand_from ${names}` : here;
  const inner = path === '' ? start : `${here}; and not __fish_seen_subcommand_from ${names}`;
  return [
    ...commands.map(
      ({ name, summary }) => `complete -c nanook -n ${quoted(inner)} -a ${name} -d ${quoted(summary)}`,
    ),
    ...options.map((option) => `complete -c nanook -n ${quoted(start)} ${optionFlags(option)}`),
    ...(values === undefined ? [] : [`complete -c nanook -n ${quoted(start)} ${valueFlags(values)}`]),
  ];
}

function optionFlags({ long, short, description, takesValue, values }: CompletedOption): string {
  const names = [`-l ${long.slice(2)}`, ...(short === undefined ? [] : [`-s ${short.slice(1)}`])];
  const isFile = values !== undefined && 'files' in values;
  const value = takesValue
    ? [isFile ? '-r' : '-x', ...(values === undefined ? [] : [valueFlags(values)])]
    : [];
  return [...names, ...value, `-d ${quoted(description)}`].join(' ');
}

function valueFlags(values: CompletedValues): string {
  if ('words' in values) return `-a ${quoted(values.words.join(' '))}`;
  return values.files === 'polar' ? "-a '(__fish_complete_suffix .polar)'" : '-F';
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
