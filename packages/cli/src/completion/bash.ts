import { flatten, type CompletedCommand, type CompletedValues } from './command-tree.js';

/** Returns the script of completion for bash, from version 3.2 on. */
export function bashScript(program: CompletedCommand): string {
  const all = flatten(program);
  const nested = all.filter(({ path }) => path !== '');
  return `# The completion of nanook for bash. Add to ~/.bashrc: eval "$(nanook completion bash)"
_nanook() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' words='' files='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command \${COMP_WORDS[i]}" in
      ${nested.map(({ path }) => quoted(path.includes(' ') ? path : ` ${path}`)).join(' | ')})
        command="\${command:+$command }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$command:$previous" in
${all.flatMap(optionCases).join('\n')}
    *)
      case "$command" in
${all.map(commandCase).join('\n')}
      esac
      ;;
  esac
  local IFS=$'\\n'
  case $files in
    polar) COMPREPLY=($(compgen -d -- "$current") $(compgen -f -X '!*.polar' -- "$current")) ;;
    any) COMPREPLY=($(compgen -f -- "$current")) ;;
    *) IFS=' '; COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
  esac
  if [ -n "$files" ]; then compopt -o filenames 2> /dev/null; fi
}
complete -F _nanook nanook
`;
}

/** The values after an option. An option without a value is not a case. */
const optionCases = ({ path, options }: CompletedCommand): readonly string[] =>
  options
    .filter(({ takesValue }) => takesValue)
    .map(
      ({ long, short, values }) =>
        `    ${[long, ...(short === undefined ? [] : [short])].map((name) => quoted(`${path}:${name}`)).join(' | ')}) ${assignment(values)} ;;`,
    );

function commandCase({ path, options, commands, values }: CompletedCommand): string {
  const names = options.flatMap(({ long, short }) => [long, ...(short === undefined ? [] : [short])]);
  const others = commands.length > 0 ? { words: commands.map(({ name }) => name) } : values;
  return `        ${quoted(path)}) if [[ $current == -* ]]; then ${assignment({ words: names })}; else ${assignment(others)}; fi ;;`;
}

const assignment = (values: CompletedValues | undefined): string => {
  if (values === undefined) return ':';
  return 'words' in values ? `words=${quoted(values.words.join(' '))}` : `files=${values.files}`;
};

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
