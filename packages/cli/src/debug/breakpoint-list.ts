import type { BreakpointSettings, LineBreakpoint } from '@nanook/core/debug';
import { UsageError } from '../errors/usage-error.js';

/** A place at which the debugger stops, as a user writes it. */
export type BreakpointText =
  | { readonly kind: 'line'; readonly at: LineBreakpoint }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'failure' | 'undecided' | 'error' };

/**
 * Reads a breakpoint: `file:line`, a line of the current file, the name of a rule, or `failure`, `undecided`, `error`.
 *
 * @throws {UsageError} for another text
 */
export function readBreakpoint(text: string, currentFile: string | undefined): BreakpointText {
  if (text === 'failure' || text === 'undecided' || text === 'error') return { kind: text };
  const [, file = currentFile, line] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  if (line !== undefined) {
    if (file === undefined)
      throw new UsageError(`expected a file with the line, such as policy/main.polar:${line}, found ${text}`);
    return { kind: 'line', at: { file, line: Number(line) } };
  }
  const [, name] = /^(?:rule\s+)?([\w:]+)$/.exec(text) ?? [];
  if (name === undefined)
    throw new UsageError(`expected a line, the name of a rule, failure, undecided or error, found ${text}`);
  return { kind: 'rule', name };
}

/** The breakpoints of a session, in the order in which they were set. */
export class BreakpointList {
  #all: BreakpointText[] = [{ kind: 'error' }];

  get texts(): string[] {
    return this.#all.map(textOf);
  }

  add(breakpoint: BreakpointText): void {
    this.remove(breakpoint);
    this.#all.push(breakpoint);
  }

  /** Returns whether there was such a breakpoint. */
  remove(breakpoint: BreakpointText): boolean {
    const before = this.#all.length;
    this.#all = this.#all.filter((other) => textOf(other) !== textOf(breakpoint));
    return this.#all.length < before;
  }

  clear(): void {
    this.#all = [];
  }

  get settings(): BreakpointSettings {
    const has = (kind: BreakpointText['kind']): boolean => this.#all.some((one) => one.kind === kind);
    return {
      lines: this.#all.flatMap((one) => (one.kind === 'line' ? [one.at] : [])),
      rules: this.#all.flatMap((one) => (one.kind === 'rule' ? [one.name] : [])),
      failures: has('failure'),
      undecided: has('undecided'),
      errors: has('error'),
    };
  }
}

export function textOf(breakpoint: BreakpointText): string {
  switch (breakpoint.kind) {
    case 'line':
      return `${breakpoint.at.file}:${breakpoint.at.line}`;
    case 'rule':
      return `rule ${breakpoint.name}`;
    default:
      return breakpoint.kind;
  }
}
