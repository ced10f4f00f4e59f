import type { ExplainedUse, Explanation } from '@nanook/core';
import { parse, positionOf, textOf, type Span } from '@nanook/core/syntax';
import type { Project } from '../project/project.js';

/** A rule of a policy, and whether a test has proved it. */
export interface CoveredRule {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** The first line of the rule. */
  readonly text: string;
  /** The number of assertions in whose proof the rule is. */
  readonly proofs: number;
}

/** Counts the rules in the proofs of assertions. */
export class Coverage {
  readonly #proofs = new Map<string, number>();

  /** Counts the rules of an explanation, each once. */
  add({ proof }: Explanation): void {
    const places = new Set<string>();
    collect(proof, places);
    for (const place of places) this.#proofs.set(place, (this.#proofs.get(place) ?? 0) + 1);
  }

  /** Returns all rules of the policies, in their order. */
  rules({ policies }: Project): readonly CoveredRule[] {
    return policies.flatMap((policy) =>
      parse(policy).policy.statements.flatMap((statement) => {
        if (statement.kind === 'rule') return [this.#covered(statement.span)];
        if (statement.kind !== 'block') return [];
        return statement.items.flatMap((item) =>
          item.kind === 'shorthand-rule' ? [this.#covered(item.span)] : [],
        );
      }),
    );
  }

  #covered(span: Span): CoveredRule {
    const [text = '', ...others] = textOf(span).split('\n');
    const file = span.source.name ?? 'policy';
    const { line, column } = positionOf(span);
    return {
      file,
      line,
      text: others.length > 0 ? `${text} …` : text,
      proofs: this.#proofs.get(`${file}:${line}:${column}`) ?? 0,
    };
  }
}

function collect(uses: readonly ExplainedUse[], places: Set<string>): void {
  for (const { file, line, column, calls } of uses) {
    places.add(`${file}:${line}:${column}`);
    collect(calls, places);
  }
}

/** Returns the percentage of proved rules; 100 for no rules. */
export const percentageOf = (rules: readonly CoveredRule[]): number =>
  rules.length === 0 ? 100 : (100 * rules.filter(({ proofs }) => proofs > 0).length) / rules.length;

/** Prints the counts in the format of lcov, one line for each rule. */
export function toLcov(rules: readonly CoveredRule[]): string {
  const files = [...new Set(rules.map(({ file }) => file))];
  return files
    .map((file) => {
      const own = rules.filter((rule) => rule.file === file);
      const hit = own.filter(({ proofs }) => proofs > 0).length;
      const lines = own.map(({ line, proofs }) => `DA:${line},${proofs}`);
      return [`SF:${file}`, ...lines, `LF:${own.length}`, `LH:${hit}`, 'end_of_record', ''].join('\n');
    })
    .join('');
}
