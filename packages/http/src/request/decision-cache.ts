type Answers<Answer> = Map<string, Promise<Answer>>;

/** What was asked during a request. Each question is asked once, also while its answer is still on the way. */
export class DecisionCache<Answer> {
  readonly #byValue = new Map<unknown, Answers<Answer>>();
  /** A long request does not keep alive what it once asked about. */
  readonly #byObject = new WeakMap<object, Answers<Answer>>();

  /** @param resource by identity: another object is another resource */
  ask(question: string, resource: unknown, decide: () => Promise<Answer>): Promise<Answer> {
    const answers = this.#answersAbout(resource);
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = decide();
    answers.set(question, answer);
    // An error decides nothing: the next one asks again.
    answer.catch(() => answers.delete(question));
    return answer;
  }

  #answersAbout(resource: unknown): Answers<Answer> {
    const known = isObject(resource) ? this.#byObject.get(resource) : this.#byValue.get(resource);
    if (known !== undefined) return known;
    const answers: Answers<Answer> = new Map();
    if (isObject(resource)) this.#byObject.set(resource, answers);
    else this.#byValue.set(resource, answers);
    return answers;
  }
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';
