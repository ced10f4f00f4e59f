import { positionOf } from '../diagnostics/span.js';
import type { Program } from '../ir/program.js';
import type { BreakpointReason } from './halt.js';
import { placesOf } from './places.js';
import type { Step } from './step.js';

/** A line of a policy. */
export interface LineBreakpoint {
  readonly file: string;
  readonly line: number;
}

/** The places at which a debugger stops, next to `debug()` in a policy. */
export interface BreakpointSettings {
  readonly lines?: readonly LineBreakpoint[];
  /** The names of rules: the debugger stops when one of them is entered. */
  readonly rules?: readonly string[];
  /** Whether it stops when a goal fails. Default: `false`. */
  readonly failures?: boolean;
  /** Whether it stops when the data cannot decide a goal. Default: `false`. */
  readonly undecided?: boolean;
  /** Whether it stops when an error ends the query. Default: `true`. */
  readonly errors?: boolean;
}

/** The breakpoints as they were set: each in the order of its settings. */
export interface FoundBreakpoints {
  /** For each line, the line at which the debugger stops: this one, or the next one with a rule or a condition; undefined for none. */
  readonly lines: readonly (number | undefined)[];
  /** For each name, whether the policy has such a rule. */
  readonly rules: readonly boolean[];
}

/** The breakpoints of all queries. */
export class Breakpoints {
  #settings: BreakpointSettings = {};
  #lines: readonly LineBreakpoint[] = [];
  #rules: ReadonlySet<string> = new Set();

  /** Replaces the breakpoints. */
  set(settings: BreakpointSettings, programs: Iterable<Program>): FoundBreakpoints {
    const { lines = [], rules = [] } = settings;
    const known = [...programs];
    const found = {
      lines: lines.map((wanted) => lineAt(wanted, known)),
      rules: rules.map((name) => known.some(({ predicates }) => predicates.get(name)?.isDefined === true)),
    };
    this.#settings = settings;
    // A policy that is loaded later can have a line that no policy has now.
    this.#lines = lines.map(({ file, line }, i) => ({ file, line: found.lines[i] ?? line }));
    this.#rules = new Set(rules);
    return found;
  }

  /** Returns the reason to stop at a step; undefined if there is none. */
  reasonFor({ kind, goal, frame, entersLine, span }: Step): BreakpointReason | undefined {
    const { failures = false, undecided = false, errors = true } = this.#settings;
    if (kind === 'goal' && goal?.kind === 'debug') return 'debug';
    if (kind === 'rule' && this.#rules.has(frame.rule!.name)) return 'rule';
    if (entersLine && this.#lines.length > 0) {
      const { line } = positionOf(span);
      if (this.#lines.some((wanted) => wanted.line === line && isSameFile(span.source.name, wanted.file)))
        return 'breakpoint';
    }
    if (kind === 'failure' && failures) return 'failure';
    if (kind === 'undecided' && (undecided || failures)) return 'undecided';
    return kind === 'error' && errors ? 'error' : undefined;
  }
}

/** Returns whether a policy has the name of a file. One of the paths can be absolute, and the other relative. */
export function isSameFile(name: string | undefined, file: string): boolean {
  if (name === undefined) return false;
  const [a, b] = [normalized(name), normalized(file)];
  return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
}

const normalized = (path: string): string =>
  path
    .replace(/^file:\/\/(?=\/)/, '')
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '');

function lineAt({ file, line }: LineBreakpoint, programs: readonly Program[]): number | undefined {
  let found: number | undefined;
  for (const program of programs)
    for (const { source, line: own } of placesOf(program))
      if (own >= line && (found === undefined || own < found) && isSameFile(source.name, file)) found = own;
  return found;
}
