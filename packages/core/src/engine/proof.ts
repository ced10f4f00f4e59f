import { positionOf, textOf } from '../diagnostics/span.js';
import type { Rule } from '../ir/goal.js';

/** A rule in a decision, an audit event, or an explanation. */
export interface RuleReference {
  readonly name: string;
  /** The text of the rule, or of the shorthand rule of a resource block. */
  readonly text: string;
  readonly file: string | undefined;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in code points. */
  readonly column: number;
}

/** The number of continuations that a proof keeps. A recursive policy may have proofs of any length. */
const maxKept = 256;

/** The rules of a proof that are listed. A proof that uses the same questions again and again may be much longer than the query. */
export const maxRules = 100_000;

/**
 * The rules of a proof, in the order in which they were used. Compiled code composes it of parts that it knows in advance. A proof keeps its
 * continuations, so that the same proof is nearly always the same object, and its references are made once.
 */
export class Proof {
  #continued: Map<Proof | Rule, Proof> | undefined = undefined;
  /** The last proof that this one continued, and both together: most proofs always continue the same one. */
  #continues: Proof | undefined = undefined;
  #whole: Proof | undefined = undefined;
  /** The last proof that continued this one, and both together: a role is often continued by the same role elsewhere. */
  #continuation: Proof | undefined = undefined;
  #extended: Proof | undefined = undefined;
  #references: readonly RuleReference[] | undefined = undefined;
  #decisive: RuleReference | undefined = undefined;

  private constructor(
    private readonly before: Proof | undefined,
    private readonly last: Proof | Rule | undefined,
  ) {}

  /** Returns a proof without rules. Engines do not share it, so that the proofs of a policy live as long as its engine. */
  static empty(): Proof {
    return new Proof(undefined, undefined);
  }

  /** It reads no property, because the value can be an object of the application. */
  static isProof(value: unknown): value is Proof {
    return typeof value === 'object' && value !== null && #continued in value;
  }

  /** Returns the proof of some rules, which no other proof shares. */
  static of(rules: readonly Rule[]): Proof {
    return rules.reduce((proof, rule) => new Proof(proof, rule), Proof.empty());
  }

  /** Returns this proof, followed by a rule. */
  withRule(rule: Rule): Proof {
    return this.#kept(rule) ?? this.#keep(rule, new Proof(this, rule));
  }

  /** Returns this proof, followed by the rules of another proof. */
  followedBy(next: Proof): Proof {
    if (next.#continues === this) return next.#whole!;
    if (this.#continuation === next) return this.#extended!;
    let whole = this.#kept(next);
    if (whole === undefined) {
      whole = this.#isEmpty ? next : next.#isEmpty ? this : new Proof(this, next);
      this.#keep(next, whole);
    }
    next.#continues = this;
    next.#whole = whole;
    this.#continuation = next;
    this.#extended = whole;
    return whole;
  }

  #kept(next: Proof | Rule): Proof | undefined {
    return this.#continued?.get(next);
  }

  #keep(next: Proof | Rule, whole: Proof): Proof {
    const continued = (this.#continued ??= new Map<Proof | Rule, Proof>());
    if (continued.size < maxKept) continued.set(next, whole);
    return whole;
  }

  get #isEmpty(): boolean {
    return this.before === undefined;
  }

  get rules(): readonly Rule[] {
    const rules: Rule[] = [];
    const stack: (Proof | Rule)[] = [this];
    for (let at = stack.pop(); at !== undefined && rules.length < maxRules; at = stack.pop()) {
      if (!(at instanceof Proof)) rules.push(at);
      else if (at.before !== undefined) stack.push(at.last!, at.before);
    }
    return rules;
  }

  /** The references to all rules. */
  get references(): readonly RuleReference[] {
    return (this.#references ??= Object.freeze(this.rules.map(referenceTo)));
  }

  /**
   * The reference to the rule that explains the decision: the `allow` rule, or the rule to which it only passes its arguments on, as in
   * `allow(actor, action, resource) if has_permission(actor, action, resource);`. Undefined for a proof without rules.
   */
  get decisive(): RuleReference | undefined {
    return (this.#decisive ??= this.references[decisiveIndex(this.rules)]);
  }
}

export function referenceTo(rule: Rule): RuleReference {
  const { span } = rule.origin;
  const { line, column } = positionOf(span);
  return Object.freeze({ name: rule.name, text: textOf(span), file: span.source.name, line, column });
}

function decisiveIndex(rules: readonly Rule[]): number {
  let index = 0;
  while (index + 1 < rules.length && handsOn(rules[index]!)) index++;
  return index;
}

/** Returns whether a rule only calls another one with its own arguments. */
export function handsOn(rule: Rule): boolean {
  const [goal] = rule.body;
  if (rule.body.length !== 1 || goal?.kind !== 'call' || goal.args.length !== rule.parameters.length)
    return false;
  return goal.args.every((arg, i) => {
    const { term } = rule.parameters[i]!;
    return arg.kind === 'slot' && term.kind === 'slot' && arg.slot === term.slot;
  });
}
