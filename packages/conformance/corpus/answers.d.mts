import type { Case } from './harness.mjs';

/** The deliberate differences of an engine from oso, by case id. */
export type Answers = Readonly<Record<string, { readonly difference: number; readonly expect: object }>>;
export function withAnswers(cases: readonly Case[], answers: Answers): Case[];
