/* oxlint-disable no-console -- oso writes its log to the console */
import { LoggingMachine, type QueryLog } from '@nanook/core/compat';
import { placeText } from './excerpt.js';
import { headText, ruleText } from './rule-texts.js';

/** Returns how to write a line of the log, as the environment says; undefined if it asks for no log. */
function writer(): ((text: string) => void) | undefined {
  const { POLAR_LOG = '', RUST_LOG } = process.env;
  const words = POLAR_LOG.toLowerCase().split(',');
  if (words.includes('off') || words.includes('0')) return undefined;
  if (POLAR_LOG === '' && RUST_LOG === undefined) return undefined;
  const write = words.includes('now') ? console.error : console.log;
  return (text) => write(text);
}

/** Returns what creates the machine of a query that is logged; undefined if the environment asks for no log. */
export function loggingMachine(): ((...args: MachineArguments) => LoggingMachine) | undefined {
  const write = writer();
  return write && ((...args) => new LoggingMachine(logTo(write), ...args));
}

type MachineArguments =
  ConstructorParameters<typeof LoggingMachine> extends [QueryLog, ...infer Rest] ? Rest : never;

function logTo(write: (text: string) => void): QueryLog {
  const log = (depth: number, text: string): void =>
    text.split('\n').forEach((line) => write(`[oso][info] ${'  '.repeat(depth + 1)}${line}`));
  return {
    called(name, args, applicable, calls) {
      // A body is a condition of its own, so that a call in it is two levels deeper.
      const depth = 2 * calls;
      log(depth, `QUERY RULE: ${name}(${args.join(', ')})`);
      if (applicable.length === 0) log(depth + 1, 'No matching rules found');
      else log(depth + 1, 'APPLICABLE_RULES:');
      for (const { origin } of applicable)
        log(depth + 2, `${headText(origin).slice(0, -1)}${placeText(origin.span)}`);
    },
    entered: ({ origin }, calls) => log(2 * calls + 1, `RULE: ${ruleText(origin)};`),
    answered: (answer) => log(0, `RESULT: ${resultText(answer)}`),
  };
}

function resultText(answer: ReadonlyMap<string, string>): string {
  if (answer.size === 0) return 'SUCCESS';
  const lines = [...answer].map(([name, value]) => `  ${name}: ${value}`);
  return `{\n${lines.join('\n')}\n}`;
}
