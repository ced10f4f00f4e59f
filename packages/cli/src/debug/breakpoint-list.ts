import type { BreakpointSettings, LineBreakpoint, RuleBreakpoint } from '@nanook/core/debug';
import { UsageError } from '../errors/usage-error.js';

/** A place at which the debugger stops, as a user writes it. */
export type BreakpointText =
  | { readonly kind: 'line'; readonly at: LineBreakpoint }
  | { readonly kind: 'rule'; readonly rule: RuleBreakpoint }
  | { readonly kind: 'failure' | 'undecided' | 'error' };

/**
 * Reads a breakpoint: `file:line`, a line of the current file, the name of a rule, or `failure`, `undecided`, `error`. A line and a rule can
 * have a condition: `has_role if user.id = 7`.
 *
 * @throws {UsageError} for another text
 */
export function readBreakpoint(text: string, currentFile: string | undefined): BreakpointText {
  if (text === 'failure' || text === 'undecided' || text === 'error') return { kind: text };
  const [, place = text, condition] = /^(.+?)\s+if\s+(.+)$/.exec(text) ?? [];
  const when = condition === undefined ? {} : { condition };
  const [, file = currentFile, line] = /^(?:(.*):)?(\d+)$/.exec(place) ?? [];
  if (line !== undefined) {
    if (file === undefined)
      throw new UsageError(`expected a file with the line, such as policy/main.polar:${line}, found ${text}`);
    return { kind: 'line', at: { file, line: Number(line), ...when } };
  }
  const [, name] = /^(?:rule\s+)?([\w:]+)$/.exec(place) ?? [];
  if (name === undefined)
    throw new UsageError(`expected a line, the name of a rule, failure, undecided or error, found ${text}`);
  return { kind: 'rule', rule: { name, ...when } };
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
      rules: this.#all.flatMap((one) => (one.kind === 'rule' ? [one.rule] : [])),
      failures: has('failure'),
      undecided: has('undecided'),
      errors: has('error'),
    };
  }
}

export function textOf(breakpoint: BreakpointText): string {
  switch (breakpoint.kind) {
    case 'line':
      return `${breakpoint.at.file}:${breakpoint.at.line}${conditionText(breakpoint.at)}`;
    case 'rule':
      return `rule ${breakpoint.rule.name}${conditionText(breakpoint.rule)}`;
    default:
      return breakpoint.kind;
  }
}

const conditionText = ({ condition }: LineBreakpoint | RuleBreakpoint): string =>
  condition === undefined ? '' : ` if ${condition}`;
