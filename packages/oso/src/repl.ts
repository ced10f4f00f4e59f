import { createInterface } from 'node:readline';
import { start, type REPLServer } from 'node:repl';
import { PROMPT } from './helpers.js';

type Evaluate = (line: string) => Promise<boolean | undefined>;

/** Reads queries from the terminal. In Node's own REPL it takes its place until the user leaves it. */
export function startRepl(evaluate: Evaluate): void {
  const hosting = (globalThis as { repl?: { repl?: REPLServer } }).repl?.repl;
  if (hosting === undefined) readLines(evaluate);
  else takeOver(hosting, evaluate);
}

function readLines(evaluate: Evaluate): void {
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: PROMPT,
    tabSize: 4,
  });
  terminal.prompt();
  // Lines of a pipe wait for each other, so that their results do not interleave.
  let last = Promise.resolve();
  terminal.on('line', (line) => {
    last = last.then(async () => {
      const result = await evaluate(line);
      // oxlint-disable-next-line no-console -- the REPL prints results
      if (result !== undefined) console.log(result);
      terminal.prompt();
    });
  });
}

function takeOver(hosting: REPLServer, evaluate: Evaluate): void {
  hosting.setPrompt(PROMPT);
  const server = hosting as { eval: unknown };
  server.eval = (
    line: string,
    _context: unknown,
    _file: string,
    done: (error: null, result: unknown) => void,
  ) => void evaluate(line).then((result) => done(null, result));
  const listeners = hosting.listeners('exit') as (() => void)[];
  hosting.removeAllListeners('exit');
  hosting.prependOnceListener('exit', () => {
    for (const listener of listeners) hosting.addListener('exit', listener);
    start({ useGlobal: true });
  });
}
