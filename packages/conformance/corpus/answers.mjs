// Where an engine differs from oso on purpose, a file of answers says so: case id -> { difference, expect }, `difference` being
// the number of the entry in docs/reference/differences.md that explains it.

/** The cases, those that are listed with the engine's own answer in place of oso's. */
export function withAnswers(cases, answers) {
  return cases.map((c) => (answers[c.id] ? { ...c, expect: answers[c.id].expect, alt: undefined } : c));
}
