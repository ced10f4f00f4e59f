import type { Proof } from '../proof.js';
import { QuestionTable, type Evaluation, type Question } from '../tabling/question-table.js';
import type { TypeFinder } from '../tabling/argument-identity.js';
import type { Ending } from './way.js';

/** A function of compiled code. */
interface Rules {
  run: (...args: unknown[]) => boolean;
  runAll: (...args: unknown[]) => Ending;
  wait: (runtime: never, ...args: unknown[]) => boolean | Promise<boolean>;
  waitAll: (runtime: never, ...args: unknown[]) => Ending | Promise<Ending>;
}

/** The runtime as the questions use it. */
export interface QuestionRuntime extends TypeFinder {
  readonly undecided: number;
  readonly mismatched: number;
  proof: Proof | undefined;
  readonly never: () => boolean;
  step(): void;
  isPending(value: unknown): boolean;
  takeUndecided(since: number): object | undefined;
  takeMismatch(since: number): object | undefined;
  undecideAgain(condition: object): void;
  mismatchAgain(condition: object): void;
}

type RuntimeQuestion = Question<object, Proof>;

/**
 * The questions of one query of compiled code. Each method calls a function, unless its answer is known.
 *
 * - `sharesUndecided`: see `Recursion`
 * - `args`: the arguments with the fields from which they were read, which identify the question
 * - `passed`: the arguments as the function takes them
 */
export class RuntimeQuestions {
  readonly table: QuestionTable<object, Proof>;
  /** The innermost evaluation. */
  current: Evaluation<object, Proof> | undefined = undefined;

  constructor(readonly runtime: QuestionRuntime) {
    this.table = new QuestionTable(runtime);
  }

  run(rules: Rules, sharesUndecided: boolean, args: unknown[], passed = args): boolean {
    const question = this.#find(rules, sharesUndecided, args);
    if (isAnswered(question)) return this.#reuse(question);
    for (;;) {
      const trial = new Trial(this, question);
      if (rules.run(...passed)) return trial.succeed();
      if (!trial.leave()) return this.#reuse(question);
    }
  }

  runAll(rules: Rules, sharesUndecided: boolean, args: unknown[], then: () => Ending, passed = args): Ending {
    const question = this.#find(rules, sharesUndecided, args);
    if (isAnswered(question)) {
      if (!this.#reuse(question)) return false;
      const ending = then();
      return ending === false ? this.#explore(rules, question, passed) : ending;
    }
    for (;;) {
      const trial = new Trial(this, question);
      const ending = rules.runAll(...passed, () => {
        // A further proof proves nothing new.
        if (trial.hasSucceeded) return false;
        trial.succeed();
        const end = then();
        trial.resume();
        return end;
      });
      if (ending !== false) {
        trial.stop();
        return ending;
      }
      if (trial.leave()) {
        if (question.holds === true) return this.#explore(rules, question, passed);
      } else return this.#ended(question);
    }
  }

  /** Tries all alternatives of a question that holds, for their undecided conditions. */
  #explore(rules: Rules, question: RuntimeQuestion, passed: unknown[]): false {
    if (isExplored(question)) return this.#note(question);
    for (;;) {
      const trial = new Trial(this, question);
      rules.runAll(...passed, this.runtime.never);
      if (!trial.leave()) return this.#ended(question);
    }
  }

  async wait(rules: Rules, sharesUndecided: boolean, args: unknown[], passed = args): Promise<boolean> {
    const runtime = this.runtime as never;
    const settled = await this.#settled(args);
    if (settled === undefined) return rules.wait(runtime, ...passed);
    const question = this.#find(rules, sharesUndecided, settled);
    if (isAnswered(question)) return this.#reuse(question);
    for (;;) {
      const trial = new Trial(this, question);
      // oxlint-disable-next-line no-await-in-loop -- each trial uses what the one before has found
      if (await rules.wait(runtime, ...passed)) return trial.succeed();
      if (!trial.leave()) return this.#reuse(question);
    }
  }

  async waitAll(
    rules: Rules,
    sharesUndecided: boolean,
    args: unknown[],
    then: () => Ending | Promise<Ending>,
    passed = args,
  ): Promise<Ending> {
    const runtime = this.runtime as never;
    const settled = await this.#settled(args);
    if (settled === undefined) return rules.waitAll(runtime, ...passed, then);
    const question = this.#find(rules, sharesUndecided, settled);
    if (isAnswered(question)) {
      if (!this.#reuse(question)) return false;
      const ending = await then();
      return ending === false ? this.#exploreLater(rules, question, passed) : ending;
    }
    for (;;) {
      const trial = new Trial(this, question);
      // oxlint-disable-next-line no-await-in-loop -- each trial uses what the one before has found
      const ending = await rules.waitAll(runtime, ...passed, async () => {
        if (trial.hasSucceeded) return false;
        trial.succeed();
        const end = await then();
        trial.resume();
        return end;
      });
      if (ending !== false) {
        trial.stop();
        return ending;
      }
      if (trial.leave()) {
        if (question.holds === true) return this.#exploreLater(rules, question, passed);
      } else return this.#ended(question);
    }
  }

  async #exploreLater(rules: Rules, question: RuntimeQuestion, passed: unknown[]): Promise<false> {
    if (isExplored(question)) return this.#note(question);
    for (;;) {
      const trial = new Trial(this, question);
      // oxlint-disable-next-line no-await-in-loop -- each trial uses what the one before has found
      await rules.waitAll(this.runtime as never, ...passed, this.runtime.never);
      if (!trial.leave()) return this.#ended(question);
    }
  }

  /** Returns the arguments without promises; undefined if one of them is rejected, which the function reports with its place. */
  async #settled(args: unknown[]): Promise<unknown[] | undefined> {
    if (!args.some((arg) => this.runtime.isPending(arg))) return args;
    try {
      return await Promise.all(args);
    } catch {
      return undefined;
    }
  }

  #find(rules: Rules, sharesUndecided: boolean, args: readonly unknown[]): RuntimeQuestion {
    this.runtime.step();
    return this.table.find(rules, args, { isGround: true, sharesUndecided });
  }

  #reuse(question: RuntimeQuestion): boolean {
    this.#note(question);
    if (question.holds !== true) return false;
    this.runtime.proof = question.proof;
    return true;
  }

  /** Takes over the undecided conditions of a question, as far as they are known. */
  #note(question: RuntimeQuestion): false {
    this.table.use(question, this.current);
    return this.#ended(question);
  }

  #ended({ undecided, mismatch }: RuntimeQuestion): false {
    if (undecided !== undefined) this.runtime.undecideAgain(undecided);
    if (mismatch !== undefined) this.runtime.mismatchAgain(mismatch);
    return false;
  }
}

/** Creates the questions of a query. */
export const createQuestions = (runtime: QuestionRuntime): RuntimeQuestions => new RuntimeQuestions(runtime);

/** Returns whether the answer of a question is known, or a call of it fails because it is open. */
const isAnswered = ({ holds, evaluation }: RuntimeQuestion): boolean =>
  holds !== undefined || evaluation !== undefined;

/** Returns whether all alternatives of a question that holds were tried, or are being tried: perhaps since its answer was used. */
const isExplored = ({ isComplete, evaluation }: RuntimeQuestion): boolean =>
  isComplete || evaluation !== undefined;

/** One trial of all rules of a question, and the undecided conditions that it meets. */
class Trial {
  readonly #evaluation: Evaluation<object, Proof>;
  readonly #outer: Evaluation<object, Proof> | undefined;
  /** The numbers of conditions of the query when the trial began, or was resumed. */
  #undecided: number;
  #mismatched: number;
  #firstUndecided: object | undefined = undefined;
  #firstMismatch: object | undefined = undefined;

  constructor(
    readonly questions: RuntimeQuestions,
    question: RuntimeQuestion,
  ) {
    this.#outer = questions.current;
    this.#evaluation = questions.current = questions.table.enter(question, this.#outer);
    this.#undecided = questions.runtime.undecided;
    this.#mismatched = questions.runtime.mismatched;
  }

  get hasSucceeded(): boolean {
    return this.#evaluation.hasSucceeded;
  }

  succeed(): true {
    const { questions } = this;
    this.#take();
    questions.table.succeed(this.#evaluation, questions.runtime.proof);
    this.stop();
    return true;
  }

  /** Continues after what followed the success has failed. */
  resume(): void {
    const { questions } = this;
    questions.current = this.#evaluation;
    this.#undecided = questions.runtime.undecided;
    this.#mismatched = questions.runtime.mismatched;
  }

  /** Ends the trial after all rules were tried. Returns whether it must be repeated. */
  leave(): boolean {
    this.#take();
    this.stop();
    return this.questions.table.leave(this.#evaluation, this.#firstUndecided, this.#firstMismatch);
  }

  stop(): void {
    this.questions.current = this.#outer;
  }

  /** Takes the conditions back that the trial has met: those of the question count once its answer is known. */
  #take(): void {
    const { runtime } = this.questions;
    const undecided = runtime.takeUndecided(this.#undecided);
    const mismatch = runtime.takeMismatch(this.#mismatched);
    this.#firstUndecided ??= undecided;
    this.#firstMismatch ??= mismatch;
  }
}
