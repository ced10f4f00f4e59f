import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseTerm } from '@nanook/core/syntax';
import type { Io } from '../output/io.js';
import { linesOf } from '../output/lines-of.js';
import { complete } from './complete.js';
import { Interruption } from './interruption.js';
import type { Session } from './session.js';

const historyFile = join(homedir(), '.nanook_history');
const maxHistory = 1000;

/**
 * Reads queries from the terminal or another input and answers them in order, until the input ends. In a terminal, the prompt appears
 * before the policies are loaded, and the first answer waits for them.
 *
 * @param open loads the policies
 */
export async function runRepl(open: () => Promise<Session>, input: Io['input']): Promise<void> {
  const isTerminal = input.isTTY === true;
  let session: Session | undefined;
  const readline = createInterface({
    input,
    output: process.stdout,
    terminal: isTerminal,
    historySize: maxHistory,
    history: isTerminal ? await readHistory() : [],
    completer: (line: string) => (session === undefined ? [[], line] : complete(line, session.opened)),
  });
  let hasEnded = false;
  readline.on('close', () => (hasEnded = true));
  const prompt = (text: string, keepsCursor = false): void => {
    // Lines that arrived before the end of the input still get their answers. A closed interface cannot prompt.
    if (!isTerminal || hasEnded) return;
    readline.setPrompt(text);
    readline.prompt(keepsCursor);
  };
  let running: Interruption | undefined;
  let pending = '';
  let wantsToLeave = false;
  input.on('keypress', (_text, key: { readonly ctrl?: boolean; readonly name?: string } | undefined) => {
    if (key?.ctrl !== true || key.name !== 'c') wantsToLeave = false;
  });
  readline.on('SIGINT', () => {
    const isEmpty = pending === '' && readline.line === '';
    if (running !== undefined) running.abort();
    else if (isEmpty && wantsToLeave) readline.close();
    else {
      wantsToLeave = isEmpty;
      pending = '';
      // Ctrl+E and Ctrl+U remove the text of the line.
      readline.write(null, { ctrl: true, name: 'e' });
      readline.write(null, { ctrl: true, name: 'u' });
      process.stdout.write(isEmpty ? '\n(press Ctrl+C again, or Ctrl+D, to leave)\n' : '\n');
      prompt('> ');
    }
  });
  readline.on('history', (history: string[]) => void writeHistory(history));
  const lines = linesOf(readline);
  prompt('> ');
  try {
    // The prompt is written before the load keeps the process busy.
    if (isTerminal) await nextTurn();
    session = await open();
    prompt('> ', true);
    for await (const line of lines) {
      const text = pending === '' ? line : `${pending}\n${line}`;
      if (/^\s*:(quit|q|exit)\s*$/.test(text)) break;
      if (line.trim() !== '' && isUnfinished(text)) {
        pending = text;
        prompt('… ');
        continue;
      }
      pending = '';
      running = new Interruption(isTerminal ? input : undefined);
      await session.answer(text, running.signal);
      // A key that was pressed while the query calculated arrives in the second turn. Ctrl+C belongs to the query, and does not leave.
      await nextTurn();
      await nextTurn();
      prompt('> ');
      running.end();
      running = undefined;
    }
    if (pending !== '') await session.answer(pending);
  } finally {
    readline.close();
    if (isTerminal) process.stdout.write('\n');
  }
}

/** A query that ends too early continues on the next line. An empty line ends it. */
function isUnfinished(text: string): boolean {
  if (text.trimStart().startsWith(':')) return false;
  return parseTerm(text.trim()).diagnostics.some(({ code }) => code === 'POLAR_PARSE_UNEXPECTED_END');
}

async function readHistory(): Promise<string[]> {
  if (!existsSync(historyFile)) return [];
  return (await readFile(historyFile, 'utf8')).split('\n').filter((line) => line !== '');
}

/** A history that cannot be written is lost; the conversation goes on. */
async function writeHistory(history: readonly string[]): Promise<void> {
  try {
    await writeFile(historyFile, `${history.slice(0, maxHistory).join('\n')}\n`, { mode: 0o600 });
  } catch {}
}
