import type { NamedPolicy } from '@nanook/core';
import type { DecisionRecord } from '@nanook/log';
import { parse, positionOf, textOf, type Span } from '@nanook/core/syntax';
import { labelOf } from './recorded-objects.js';

/** The counts of a log, as `nanook log --summary --json` writes them. */
export interface LogSummary {
  readonly decisions: number;
  /** The times of the first and the last decision; undefined without one. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly outcomes: Readonly<Record<string, number>>;
  /** The checks that were not allowed, most frequent first: the types of the actor and the resource, and the action. */
  readonly mostDenied: readonly DeniedCheck[];
  /** The actors that were not allowed most often. */
  readonly deniedActors: readonly { readonly actor: string; readonly count: number }[];
  /** The rules of proofs, most frequent first. */
  readonly rules: readonly { readonly rule: string; readonly count: number }[];
  /** The rules of the policy that are in no proof; undefined if the policy is not known. */
  readonly neverGranted: readonly UnusedRule[] | undefined;
  /** The versions or hashes of the policies that decided. */
  readonly policies: readonly string[];
}

export interface DeniedCheck {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly count: number;
}

export interface UnusedRule {
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

/** Counts the records of a log. A record of a sample counts for the decisions that it represents. */
export class Summary {
  #decisions = 0;
  #from: string | undefined;
  #to: string | undefined;
  readonly #outcomes = new Map<string, number>();
  readonly #denied = new Map<string, number>();
  readonly #actors = new Map<string, number>();
  readonly #rules = new Map<string, number>();
  readonly #policies = new Set<string>();

  add(record: DecisionRecord): void {
    const { at, outcome, actor, action, resource, rule, proof, policy, policyVersion, sampled = 1 } = record;
    const weight = 1 / sampled;
    this.#decisions += weight;
    if (this.#from === undefined || at < this.#from) this.#from = at;
    if (this.#to === undefined || at > this.#to) this.#to = at;
    add(this.#outcomes, outcome, weight);
    this.#policies.add(policyVersion ?? policy.slice(0, 12));
    if (outcome === 'allowed') {
      const places = proof ?? (rule === undefined ? [] : [`${rule.name} ${rule.file ?? ''}:${rule.line}`]);
      for (const place of new Set(places)) add(this.#rules, place, weight);
      return;
    }
    const types = [actor === null ? 'anonymous' : (actor.type ?? '-'), action ?? '-', resource?.type ?? '-'];
    add(this.#denied, JSON.stringify(types), weight);
    add(this.#actors, labelOf(actor), weight);
  }

  /** @param policies the policies of the configuration, to find rules that never granted */
  result(policies: readonly NamedPolicy[] | undefined): LogSummary {
    const places = new Set([...this.#rules.keys()].map((rule) => rule.slice(rule.indexOf(' ') + 1)));
    return {
      decisions: Math.round(this.#decisions),
      from: this.#from,
      to: this.#to,
      outcomes: Object.fromEntries(sorted(this.#outcomes)),
      mostDenied: sorted(this.#denied).map(([key, count]) => {
        const [actor, action, resource] = JSON.parse(key) as [string, string, string];
        return { actor, action, resource, count };
      }),
      deniedActors: sorted(this.#actors).map(([actor, count]) => ({ actor, count })),
      rules: sorted(this.#rules).map(([rule, count]) => ({ rule, count })),
      neverGranted:
        policies && rulesOfPolicies(policies).filter(({ file, line }) => !places.has(`${file}:${line}`)),
      policies: [...this.#policies],
    };
  }
}

const add = (counts: Map<string, number>, key: string, weight: number): void =>
  void counts.set(key, (counts.get(key) ?? 0) + weight);

const sorted = (counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...counts].map(([key, count]) => [key, Math.round(count)] as const).sort((a, b) => b[1] - a[1]);

const rulesOfPolicies = (policies: readonly NamedPolicy[]): readonly UnusedRule[] =>
  policies.flatMap((policy) =>
    parse(policy).policy.statements.flatMap((statement) => {
      if (statement.kind === 'rule') return [ruleAt(statement.span)];
      if (statement.kind !== 'block') return [];
      return statement.items.flatMap((item) => (item.kind === 'shorthand-rule' ? [ruleAt(item.span)] : []));
    }),
  );

const ruleAt = (span: Span): UnusedRule => ({
  text: textOf(span).replaceAll(/\s+/g, ' '),
  file: span.source.name ?? 'policy',
  line: positionOf(span).line,
});
