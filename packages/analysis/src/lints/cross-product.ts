import { visit, type InNode, type RuleNode, type TermNode } from '@nanook/core/syntax';
import type { Lint } from './lint.js';
import { perRule } from './per-rule.js';

/**
 * Finds two loops of a rule that have nothing to do with each other, such as `a in x.as and b in x.bs`. The engine combines each element
 * of the one with each element of the other before the rule fails.
 */
export const crossProduct: Lint = {
  code: 'NANOOK_LINT_CROSS_PRODUCT',
  find: perRule((rule) => {
    const [first, second] = unrelatedLoops(rule);
    if (first === undefined || second === undefined) return [];
    const message =
      `each element of the loop over \`${nameOf(first)}\` is combined with each element of this loop, although no condition ` +
      'compares the two; move one of the loops into a rule of its own';
    return [{ span: second.span, message }];
  }),
};

function unrelatedLoops(rule: RuleNode): readonly InNode[] {
  if (rule.body?.kind !== 'and') return [];
  const known = new Set(rule.parameters.flatMap(({ term }) => namesIn(term)));
  const groups = new Groups();
  const loops: InNode[] = [];
  for (const condition of rule.body.operands) {
    const own = namesIn(condition).filter((name) => !known.has(name));
    if (condition.kind === 'in' && condition.item.kind === 'variable' && !groups.has(condition.item.name))
      if (!known.has(condition.item.name)) loops.push(condition);
    groups.join(own);
  }
  const [first, ...others] = loops;
  const second = others.find((loop) => first !== undefined && !groups.areJoined(nameOf(first), nameOf(loop)));
  return first === undefined || second === undefined ? [] : [first, second];
}

const nameOf = ({ item }: InNode): string => (item.kind === 'variable' ? item.name : '_');

/** The names of the variables, without types and constants. */
function namesIn(term: TermNode): string[] {
  const names: string[] = [];
  visit(term, { variable: ({ name }) => void (/^\p{Lu}|^nil$/u.test(name) || names.push(name)) });
  return names;
}

/** Sets of variables that conditions connect. */
class Groups {
  readonly #parents = new Map<string, string>();

  has(name: string): boolean {
    return this.#parents.has(name);
  }

  join(names: readonly string[]): void {
    const [first, ...others] = names;
    if (first === undefined) return;
    const root = this.#rootOf(first);
    for (const name of others) this.#parents.set(this.#rootOf(name), root);
  }

  areJoined(a: string, b: string): boolean {
    return this.#rootOf(a) === this.#rootOf(b);
  }

  #rootOf(name: string): string {
    const parent = this.#parents.get(name);
    if (parent === undefined) {
      this.#parents.set(name, name);
      return name;
    }
    return parent === name ? name : this.#rootOf(parent);
  }
}
