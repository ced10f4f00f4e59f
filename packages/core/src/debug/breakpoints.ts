import { positionOf } from '../diagnostics/span.js';
import type { Program } from '../ir/program.js';
import { breakpointProblem, type BreakpointScope } from './breakpoint-problem.js';
import type {
  Breakpoint,
  BreakpointSettings,
  LineBreakpoint,
  RuleBreakpoint,
} from './breakpoint-settings.js';
import { ConditionalBreakpoint } from './conditional-breakpoint.js';
import type { BreakpointReason } from './halt.js';
import { placesOf } from './places.js';
import type { Step } from './step.js';

/** The breakpoints as they were set: each in the order of its settings. */
export interface FoundBreakpoints {
  /** For each line, the line at which the debugger stops: this one, or the next one with a rule or a condition; undefined for none. */
  readonly lines: readonly (number | undefined)[];
  /** For each name, whether the policy has such a rule. */
  readonly rules: readonly boolean[];
  /**
   * For each line, the reason why its condition, hit condition or message is wrong there, such as a variable that no rule has; undefined for
   * none. The breakpoint is set nevertheless: where it is reached, a wrong condition stops, and a message shows the reason.
   */
  readonly lineProblems: readonly (string | undefined)[];
  /** The same for each name. */
  readonly ruleProblems: readonly (string | undefined)[];
}

/** A breakpoint that decides at each step whether it stops, and its reason. */
export interface DecidingBreakpoint {
  readonly reason: 'breakpoint' | 'rule';
  readonly breakpoint: ConditionalBreakpoint;
}

/** The breakpoints of all queries. */
export class Breakpoints {
  #settings: BreakpointSettings = {};
  #lines: readonly LineBreakpoint[] = [];
  #rules: readonly RuleBreakpoint[] = [];
  /** The breakpoints with conditions, by their settings: those that stay keep the number of their hits. */
  #conditional: ReadonlyMap<string, ConditionalBreakpoint> = new Map();

  /** Replaces the breakpoints. */
  set(settings: BreakpointSettings, programs: Iterable<Program>): FoundBreakpoints {
    const { lines = [], rules = [] } = settings;
    const known = [...programs];
    const places = lines.map((wanted) => placesAt(wanted, known));
    const found = {
      lines: places.map(([place]) => place?.line),
      rules: rules.map(({ name }) =>
        known.some(({ predicates }) => predicates.get(name)?.isDefined === true),
      ),
      lineProblems: lines.map((one, i) => breakpointProblem(one, places[i]!)),
      ruleProblems: rules.map((one) => breakpointProblem(one, scopesOf(one, known))),
    };
    this.#settings = settings;
    // A policy that is loaded later can have a line that no policy has now.
    this.#lines = lines.map((wanted, i) => ({ ...wanted, line: found.lines[i] ?? wanted.line }));
    this.#rules = rules;
    this.#conditional = new Map(
      [...this.#lines, ...rules].filter(hasCondition).map((one) => {
        const key = JSON.stringify(one);
        return [key, this.#conditional.get(key) ?? new ConditionalBreakpoint(one)];
      }),
    );
    return found;
  }

  /** Returns the reason to stop at a step without a condition; undefined if there is none. */
  reasonFor(step: Step): BreakpointReason | undefined {
    const { failures = false, undecided = false, errors = true } = this.#settings;
    const { kind, goal } = step;
    if (kind === 'goal' && goal?.kind === 'debug') return 'debug';
    if (this.#rulesAt(step).some((one) => !hasCondition(one))) return 'rule';
    if (this.#linesAt(step).some((one) => !hasCondition(one))) return 'breakpoint';
    if (kind === 'failure' && failures) return 'failure';
    if (kind === 'undecided' && (undecided || failures)) return 'undecided';
    return kind === 'error' && errors ? 'error' : undefined;
  }

  /** Returns the breakpoints of a step that have a condition, a hit condition or a message. */
  decidingAt(step: Step): readonly DecidingBreakpoint[] {
    if (this.#conditional.size === 0) return [];
    const deciding =
      (reason: DecidingBreakpoint['reason']) =>
      (one: Breakpoint): DecidingBreakpoint => ({
        reason,
        breakpoint: this.#conditional.get(JSON.stringify(one))!,
      });
    return [
      ...this.#rulesAt(step).filter(hasCondition).map(deciding('rule')),
      ...this.#linesAt(step).filter(hasCondition).map(deciding('breakpoint')),
    ];
  }

  #rulesAt({ kind, frame }: Step): readonly RuleBreakpoint[] {
    return kind === 'rule' ? this.#rules.filter(({ name }) => name === frame.rule!.name) : [];
  }

  #linesAt({ entersLine, span }: Step): readonly LineBreakpoint[] {
    if (!entersLine || this.#lines.length === 0) return [];
    const { line } = positionOf(span);
    return this.#lines.filter((one) => one.line === line && isSameFile(span.source.name, one.file));
  }
}

const hasCondition = ({
  condition,
  hitCondition,
  logMessage,
}: Breakpoint & Pick<LineBreakpoint, 'logMessage'>): boolean =>
  condition !== undefined || hitCondition !== undefined || logMessage !== undefined;

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

/** Returns the first place in each policy at or after a line of a file. Places on later lines than the first of all are left out. */
function placesAt(
  { file, line }: LineBreakpoint,
  programs: readonly Program[],
): readonly (BreakpointScope & { readonly line: number })[] {
  const found = programs.flatMap((program) => {
    const own = placesOf(program).filter(
      (place) => place.line >= line && isSameFile(place.source.name, file),
    );
    return own.map((place) => ({ line: place.line, variables: place.variables, types: program.types }));
  });
  const first = Math.min(...found.map((place) => place.line));
  return found.filter((place) => place.line === first);
}

/** Returns the variables of the rules with a name, for each policy that has one. */
function scopesOf({ name }: RuleBreakpoint, programs: readonly Program[]): readonly BreakpointScope[] {
  return programs.flatMap(({ predicates, types }) => {
    const rules = [...(predicates.get(name)?.byArity.values() ?? [])].flat();
    return rules.length === 0
      ? []
      : [{ variables: new Set(rules.flatMap(({ slotNames }) => slotNames)), types }];
  });
}
