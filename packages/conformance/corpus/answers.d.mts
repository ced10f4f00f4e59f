import type { Case } from './harness.mjs';

/** What an engine answers differently on purpose, by case id. */
export type Answers = Readonly<Record<string, { readonly difference: number; readonly expect: object }>>;
export function withAnswers(cases: readonly Case[], answers: Answers): Case[];
