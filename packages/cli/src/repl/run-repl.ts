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
import type { Session } from './session.js';

const historyFile = join(homedir(), '.nanook_history');
const maxHistory = 1000;

/** Reads queries from the terminal or another input and answers them in order, until the input ends. */
export async function runRepl(session: Session, input: Io['input']): Promise<void> {
  const isTerminal = input.isTTY === true;
  const readline = createInterface({
    input,
    output: process.stdout,
    terminal: isTerminal,
    historySize: maxHistory,
    history: isTerminal ? await readHistory() : [],
    completer: (line: string) => complete(line, session.opened),
  });
  let hasEnded = false;
  readline.on('close', () => (hasEnded = true));
  const prompt = (text: string): void => {
    // Lines that arrived before the end of the input still get their answers. A closed interface cannot prompt.
    if (!isTerminal || hasEnded) return;
    readline.setPrompt(text);
    readline.prompt();
  };
  const running = { controller: undefined as AbortController | undefined };
  let pending = '';
  readline.on('SIGINT', () => {
    if (running.controller !== undefined) running.controller.abort();
    else if (pending === '' && readline.line === '') readline.close();
    else {
      pending = '';
      // Ctrl+E and Ctrl+U remove the text of the line.
      readline.write(null, { ctrl: true, name: 'e' });
      readline.write(null, { ctrl: true, name: 'u' });
      process.stdout.write('\n');
      prompt('> ');
    }
  });
  readline.on('history', (history: string[]) => void writeHistory(history));
  prompt('> ');
  for await (const line of linesOf(readline)) {
    const text = pending === '' ? line : `${pending}\n${line}`;
    if (/^\s*:(quit|q|exit)\s*$/.test(text)) break;
    if (line.trim() !== '' && isUnfinished(text)) {
      pending = text;
      prompt('… ');
      continue;
    }
    pending = '';
    running.controller = new AbortController();
    await session.answer(text, running.controller.signal);
    // A key that was pressed while the query calculated arrives in the second turn. Ctrl+C belongs to the query, and does not leave.
    await nextTurn();
    await nextTurn();
    running.controller = undefined;
    prompt('> ');
  }
  if (pending !== '') await session.answer(pending);
  readline.close();
  if (isTerminal) process.stdout.write('\n');
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
