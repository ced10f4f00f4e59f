import {
  flatten,
  type CompletedCommand,
  type CompletedOption,
  type CompletedValues,
} from './command-tree.js';

/** Returns the script of completion for zsh. */
export function zshScript(program: CompletedCommand): string {
  return `#compdef nanook
# The completion of nanook for zsh. Add to ~/.zshrc, after compinit: eval "$(nanook completion zsh)"
${flatten(program).map(commandFunction).join('\n')}
if [ "$funcstack[1]" = "_nanook" ]; then _nanook "$@"; else compdef _nanook nanook; fi
`;
}

/** A function for each command: \`_nanook_bundle_sign\`. */
function commandFunction(command: CompletedCommand): string {
  const name = functionName(command.path);
  const options = command.options.map(optionSpec);
  if (command.commands.length === 0)
    return `${name}() {\n  _arguments -S ${[...options, ...restSpec(command.values)].join(' \\\n    ')}\n}`;
  const entries = command.commands.map(({ name: inner, summary }) => quoted(`${inner}:${summary}`));
  const cases = command.commands.map(({ name: inner, path }) => `        ${inner}) ${functionName(path)} ;;`);
  return `${name}() {
  local -a commands
  commands=(
    ${entries.join('\n    ')}
  )
  local curcontext="$curcontext" state line
  _arguments -C ${[...options, "'1: :->command'", "'*:: :->arguments'"].join(' \\\n    ')}
  case $state in
    command) _describe command commands ;;
    arguments)
      case $line[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}`;
}

const functionName = (path: string): string =>
  ['_nanook', ...path.split(' ')].filter(Boolean).join('_').replaceAll('-', '_');

function optionSpec({ long, short, description, takesValue, values }: CompletedOption): string {
  const text = `[${escaped(description)}]${takesValue ? `:value:${action(values)}` : ''}`;
  return short === undefined
    ? quoted(`*${long}${text}`)
    : `'(${short} ${long})'{${short},${long}}${quoted(text)}`;
}

const restSpec = (values: CompletedValues | undefined): readonly string[] =>
  values === undefined ? [] : [quoted(`*:value:${action(values)}`)];

function action(values: CompletedValues | undefined): string {
  if (values === undefined) return ' ';
  if ('words' in values) return `(${values.words.join(' ')})`;
  return values.files === 'polar' ? '_files -g "*.polar(-.)"' : '_files';
}

/** Brackets and colons end a part of a specification. */
const escaped = (text: string): string => text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
