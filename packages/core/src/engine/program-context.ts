import type { PolarError } from '../diagnostics/polar-error.js';
import type { MemberContext } from '../host/member.js';
import type { TypeSets } from '../host/type-set.js';
import type { Program } from '../ir/program.js';
import type { Equality, ForeignOperators } from './equality.js';
import type { ForeignTerms } from '../terms/foreign-terms.js';
import type { RuleIndexes } from './rules/rule-index.js';

/** A linked program and the state that all its queries share. Every engine runs on it. */
export interface ProgramContext {
  readonly program: Program;
  readonly typeSets: TypeSets;
  readonly members: MemberContext;
  readonly equality: Equality;
  /** The operators of another dialect; undefined for those of Nanook. */
  readonly operators?: ForeignOperators | undefined;
  readonly indexes: RuleIndexes;
  print(text: string): void;
  /** Returns the text of a value for `print(…)`. Default: as messages show it. */
  readonly show?: (value: unknown) => string;
  /** The terms of another library. Without it, functions of the application receive an unbound variable as a `QueryVariable`. */
  readonly foreignTerms?: ForeignTerms;
  /** Receives the errors that are lost below a negation, in the dialect oso. */
  readonly onLostError?: (error: PolarError) => void;
}
