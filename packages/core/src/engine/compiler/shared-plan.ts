import { Proof } from '../proof.js';
import type { Rule } from '../../ir/goal.js';
import type { CompiledFunction } from './compiled-function.js';
import type { Operand, Plan, Statement, Test } from './plan.js';
import { mapChildren, mapOperands, mapOperandsOfTest } from './traversal.js';

// Functions of one shape share a plan: it is made for the first of them, and read with other types, functions and rules for the others.

/** The plan of a function. */
export interface SharedPlan {
  /** The function for which the plan was made. */
  readonly owner: CompiledFunction;
  /** The plan of the owner. */
  readonly plan: Plan;
  /** The changes that make it the plan of this function; none for the owner itself. */
  readonly renaming: Renaming;
}

/** Returns the plan of the function itself. */
export const ownPlan = ({ plan, renaming }: SharedPlan): Plan =>
  renaming.isEmpty ? plan : renamePlan(plan, renaming);

/** Replaces the types, functions, rules and positions of one plan. A value without a replacement stays as it is. */
export class Renaming {
  /**
   * @param replacements by the identity of the replaced value
   * @param emptyProof the proof with which all proofs of the new plan begin, if functions record their proofs
   */
  constructor(
    readonly replacements: ReadonlyMap<unknown, unknown>,
    readonly emptyProof: Proof | undefined,
  ) {}

  /** Changes nothing. */
  static readonly none = new Renaming(new Map(), undefined);

  get isEmpty(): boolean {
    return this.replacements.size === 0;
  }

  of<Value>(value: Value): Value {
    if (this.isEmpty) return value;
    const found = this.replacements.get(value) as Value | undefined;
    if (found !== undefined) return found;
    return Proof.isProof(value) ? (this.#proof(value) as Value) : value;
  }

  #proof(proof: Proof): Proof {
    return proof.rules.reduce((before, rule: Rule) => before.withRule(this.of(rule)), this.emptyProof!);
  }
}

function renamePlan({ params, locals, body }: Plan, renaming: Renaming): Plan {
  const operand = (each: Operand): Operand =>
    each.kind === 'local' ? each : { kind: 'constant', value: renaming.of(each.value) };
  const test = (each: Test): Test => {
    const renamed = mapOperandsOfTest(each, operand);
    switch (renamed.kind) {
      case 'isa':
        return { ...renamed, type: renaming.of(renamed.type) };
      case 'call': {
        const { callee, likely } = renamed;
        return {
          ...renamed,
          callee: renaming.of(callee),
          likely: likely && {
            ...likely,
            type: renaming.of(likely.type),
            callee: renaming.of(likely.callee),
          },
        };
      }
      case 'equal': {
        const { rows, at } = renamed;
        const { type, instance } = rows ?? {};
        return {
          ...renamed,
          rows: rows && { ...rows, type: renaming.of(type!), instance: renaming.of(instance) },
          at: renaming.of(at),
        };
      }
      case 'order':
      case 'true':
        return { ...renamed, at: renaming.of(renamed.at) };
      default:
        return renamed;
    }
  };
  const own = (each: Statement): Statement => {
    const renamed = each.kind === 'if' ? { ...each, test: test(each.test) } : mapOperands(each, operand);
    switch (renamed.kind) {
      case 'read': {
        const { field, at } = renamed;
        return { ...renamed, field: renaming.of(field), at: renaming.of(at) };
      }
      case 'each':
        return { ...renamed, element: renaming.of(renamed.element), at: renaming.of(renamed.at) };
      case 'method':
      case 'arithmetic':
        return { ...renamed, at: renaming.of(renamed.at) };
      case 'exactly':
        return { ...renamed, type: renaming.of(renamed.type) };
      case 'answers':
        return { ...renamed, callee: renaming.of(renamed.callee) };
      case 'again': {
        const { proof, only } = renamed;
        return {
          ...renamed,
          proof: proof?.map(operand),
          only: only && {
            ...only,
            type: renaming.of(only.type),
            otherwise: renaming.of(only.otherwise),
          },
        };
      }
      default:
        return renamed;
    }
  };
  const rename = (each: Statement): Statement => mapChildren(own(each), rename);
  return { params, locals, body: rename(body) };
}
