import type {
  Breakpoint,
  DebugTarget,
  FoundBreakpoints,
  LineBreakpoint,
  RuleBreakpoint,
} from '@nanook/core/debug';
import type { DebugProtocol } from '@vscode/debugprotocol';

/** The kinds of events at which an editor can stop, as it offers them to its user. */
export const exceptionFilters: DebugProtocol.ExceptionBreakpointsFilter[] = [
  { filter: 'failures', label: 'Conditions that fail', default: false },
  { filter: 'undecided', label: 'Undecided conditions', default: false },
  { filter: 'errors', label: 'Errors', default: true },
];

/** The breakpoints of an editor, which sets them file by file. */
export class AdapterBreakpoints {
  readonly #lines = new Map<string, readonly LineBreakpoint[]>();
  #rules: readonly RuleBreakpoint[] = [];
  #filters: readonly string[] = ['errors'];

  setLines(file: string, breakpoints: readonly DebugProtocol.SourceBreakpoint[]): void {
    const lines = breakpoints.map((one) => {
      const message = textIn(one.logMessage);
      return {
        file,
        line: one.line,
        ...conditionOf(one),
        ...(message === undefined ? {} : { logMessage: message }),
      };
    });
    this.#lines.set(file, lines);
  }

  setRules(breakpoints: readonly DebugProtocol.FunctionBreakpoint[]): void {
    this.#rules = breakpoints.map((one) => ({ name: one.name, ...conditionOf(one) }));
  }

  setFilters(filters: readonly string[]): void {
    this.#filters = filters;
  }

  /** Sets all breakpoints, and returns those of a file. */
  async applyLines(target: DebugTarget, file: string): Promise<DebugProtocol.Breakpoint[]> {
    const { lines, lineProblems } = await this.#apply(target);
    const wanted = this.#lines.get(file) ?? [];
    let position = 0;
    for (const [other, { length }] of this.#lines) {
      if (other === file) break;
      position += length;
    }
    return wanted.map(({ line }, i) => {
      const found = lines[position + i];
      const problem =
        found === undefined
          ? 'No loaded policy has a rule or a condition at or after this line.'
          : lineProblems[position + i];
      return problem === undefined
        ? { verified: true, line: found! }
        : { verified: false, line: found ?? line, message: sentence(problem) };
    });
  }

  /** Sets all breakpoints, and returns those of rules. */
  async applyRules(target: DebugTarget): Promise<DebugProtocol.Breakpoint[]> {
    const { rules, ruleProblems } = await this.#apply(target);
    return rules.map((isKnown, i) => {
      const problem = isKnown ? ruleProblems[i] : `No loaded policy has a rule ${this.#rules[i]!.name}.`;
      return problem === undefined ? { verified: true } : { verified: false, message: sentence(problem) };
    });
  }

  #apply(target: DebugTarget): Promise<FoundBreakpoints> {
    const lines = [...this.#lines.values()].flat();
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

/** Returns the conditions of an editor's breakpoint. An editor can send an empty text for none. */
function conditionOf(breakpoint: { condition?: string; hitCondition?: string }): Breakpoint {
  const [condition, hitCondition] = [textIn(breakpoint.condition), textIn(breakpoint.hitCondition)];
  return {
    ...(condition === undefined ? {} : { condition }),
    ...(hitCondition === undefined ? {} : { hitCondition }),
  };
}

const textIn = (text: string | undefined): string | undefined => (text?.trim() === '' ? undefined : text);

/** Returns a reason as a sentence, which an editor shows alone. */
const sentence = (reason: string): string =>
  `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${reason.endsWith('.') ? '' : '.'}`;
