// A file of answers lists the deliberate differences of an engine from oso: case id -> { difference, expect }. `difference` is the number
// of the entry in docs/reference/differences.md that explains it.

/** Returns the cases. A case that is listed has the engine's own answer instead of oso's. */
export function withAnswers(cases, answers) {
  return cases.map((c) => (answers[c.id] ? { ...c, expect: answers[c.id].expect, alt: undefined } : c));
}
