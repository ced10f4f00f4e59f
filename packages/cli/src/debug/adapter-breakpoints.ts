import type { DebugTarget, FoundBreakpoints } from '@nanook/core/debug';
import type { DebugProtocol } from '@vscode/debugprotocol';

/** The kinds of events at which an editor can stop, as it offers them to its user. */
export const exceptionFilters: DebugProtocol.ExceptionBreakpointsFilter[] = [
  { filter: 'failures', label: 'Conditions that fail', default: false },
  { filter: 'undecided', label: 'Undecided conditions', default: false },
  { filter: 'errors', label: 'Errors', default: true },
];

/** The breakpoints of an editor, which sets them file by file. */
export class AdapterBreakpoints {
  readonly #lines = new Map<string, readonly number[]>();
  #rules: readonly string[] = [];
  #filters: readonly string[] = ['errors'];

  setLines(file: string, lines: readonly number[]): void {
    this.#lines.set(file, lines);
  }

  setRules(names: readonly string[]): void {
    this.#rules = names;
  }

  setFilters(filters: readonly string[]): void {
    this.#filters = filters;
  }

  /** Sets all breakpoints, and returns those of a file. */
  async applyLines(target: DebugTarget, file: string): Promise<DebugProtocol.Breakpoint[]> {
    const { lines } = await this.#apply(target);
    const wanted = this.#lines.get(file) ?? [];
    let position = 0;
    for (const [other, { length }] of this.#lines) {
      if (other === file) break;
      position += length;
    }
    return wanted.map((line, i) => {
      // A line of a process can be null, because its answer is JSON.
      const found = lines[position + i] ?? undefined;
      return found === undefined
        ? {
            verified: false,
            line,
            message: 'No loaded policy has a rule or a condition at or after this line.',
          }
        : { verified: true, line: found };
    });
  }

  /** Sets all breakpoints, and returns those of rules. */
  async applyRules(target: DebugTarget): Promise<DebugProtocol.Breakpoint[]> {
    const { rules } = await this.#apply(target);
    return rules.map((isKnown, i) =>
      isKnown
        ? { verified: true }
        : { verified: false, message: `No loaded policy has a rule ${this.#rules[i]}.` },
    );
  }

  #apply(target: DebugTarget): Promise<FoundBreakpoints> {
    const lines = [...this.#lines].flatMap(([file, numbers]) => numbers.map((line) => ({ file, line })));
    const [failures, undecided, errors] = ['failures', 'undecided', 'errors'].map((name) =>
      this.#filters.includes(name),
    );
    return target.setBreakpoints({
      lines,
      rules: this.#rules,
      failures: failures!,
      undecided: undecided!,
      errors: errors!,
    });
  }
}
