/** What was asked during a request. Each question is asked once, also while its answer is still on the way. */
export class DecisionMemo<Answer> {
  readonly #answers = new Map<unknown, Map<string, Promise<Answer>>>();

  /** @param resource by identity: another object is another resource */
  ask(question: string, resource: unknown, decide: () => Promise<Answer>): Promise<Answer> {
    let answers = this.#answers.get(resource);
    if (answers === undefined) this.#answers.set(resource, (answers = new Map()));
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = decide();
    answers.set(question, answer);
    // An error decides nothing: the next one asks again.
    answer.catch(() => answers.delete(question));
    return answer;
  }
}
