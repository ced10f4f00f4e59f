import { readFileSync } from 'node:fs';

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly flags: string;
  readonly text: string;
}

/** A command of the documentation, with its standard input and the output below it. */
export interface ShownCommand {
  readonly command: string;
  readonly input: string;
  readonly output: string;
}

/** Reads a page of the documentation: `guides/debugging.md`. */
export const readPage = (name: string): string =>
  readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');

export const blocksOf = (page: string): readonly Block[] =>
  [...page.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, language, flags, text]) => ({
    language: language!,
    flags: flags!,
    text: text!,
  }));

/** Returns the named files of a page. Its only block of JSON is the configuration. */
export const filesOf = (blocks: readonly Block[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    blocks.flatMap(({ language, text }) => {
      if (language === 'json') return [['nanook.config.json', text]];
      if (!/^(?:#|\/\/) file: /.test(text)) return [];
      const [first = '', ...lines] = text.split('\n');
      return [[first.replace(/^.* file: /, ''), lines.join('\n')]];
    }),
  );

/** Returns the commands of a block. Their input comes from `printf '…' |`, or from the lines after the prompts of the debugger. */
export const commandsIn = (text: string): readonly ShownCommand[] =>
  [...text.matchAll(/^\$ (?:printf '([^']*)' \| )?nanook (.*)\n((?:(?!\$ )[^\n]*\n)*)/gm)].map(
    ([, printed, command, output]) => {
      const typed = [...output!.matchAll(/^debug> (.*)$/gm)].map(([, line]) => `${line}\n`).join('');
      return {
        command: command!,
        input: printed?.replaceAll(String.raw`\n`, '\n') ?? typed,
        output: output!,
      };
    },
  );

/** Splits a command as a shell does, with quotes. */
export const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
