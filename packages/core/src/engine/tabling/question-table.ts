import { ArgumentIdentities, type TypeFinder } from './argument-identity.js';

export interface QuestionKind {
  /** Whether all arguments are known. Otherwise only a call with the same variables is recognized, and its answers are not remembered. */
  readonly isGround: boolean;
  /** See `Recursion`. */
  readonly sharesUndecided: boolean;
}

/**
 * A call of a recursive rule.
 *
 * @typeParam Reason an undecided condition
 * @typeParam Proof the rules of a proof
 */
export class Question<Reason, Proof> {
  /** Whether it has a proof; undefined if that is not known. */
  holds: boolean | undefined = undefined;
  /** Whether all alternatives of a question that holds were tried, so that its undecided conditions are known. */
  isComplete = false;
  /** The evaluation that tries its rules. A question that already holds is evaluated only for its undecided conditions. */
  evaluation: Evaluation<Reason, Proof> | undefined = undefined;
  /** Whether a result depends on an answer that was assumed before it was known. */
  wasAssumed = false;
  /** The first undecided condition that its alternatives reach. */
  undecided: Reason | undefined = undefined;
  /** The same for a condition that is undecided under a negation only. */
  mismatch: Reason | undefined = undefined;
  /** The lowest evaluation that its answer depends on; undefined for a final answer. */
  low: Evaluation<Reason, Proof> | undefined = undefined;
  proof: Proof | undefined = undefined;
  /** Whether its proof leaves delayed goals, so that each call proves it again. */
  leavesGoals = false;

  readonly isGround: boolean;
  readonly sharesUndecided: boolean;

  constructor({ isGround, sharesUndecided }: QuestionKind) {
    this.isGround = isGround;
    this.sharesUndecided = sharesUndecided;
  }

  get isUndecided(): boolean {
    return this.undecided !== undefined || this.mismatch !== undefined;
  }

  forgetConditions(): void {
    this.undecided = this.mismatch = undefined;
  }
}

/** One trial of all rules of a question. */
export class Evaluation<Reason, Proof> {
  /** The lowest evaluation that the result depends on. */
  low: Evaluation<Reason, Proof> | undefined = undefined;
  isEnded = false;
  /** Whether it has found the first proof of the question. */
  hasSucceeded = false;
  /** Whether the question was already known to be undecided. */
  readonly wasUndecided: boolean;

  /**
   * @param position the number of evaluations around
   * @param mark the number of provisional answers at the beginning
   */
  constructor(
    readonly question: Question<Reason, Proof>,
    readonly outer: Evaluation<Reason, Proof> | undefined,
    readonly position: number,
    readonly mark: number,
  ) {
    this.wasUndecided = question.isUndecided;
  }

  dependOn(evaluation: Evaluation<Reason, Proof> | undefined): void {
    this.low = lower(this.low, evaluation);
  }
}

/** Returns the lower one of two evaluations that a result depends on. */
function lower<Reason, Proof>(
  left: Evaluation<Reason, Proof> | undefined,
  right: Evaluation<Reason, Proof> | undefined,
): Evaluation<Reason, Proof> | undefined {
  const [one, other] = [openOf(left), openOf(right)];
  return one === undefined || (other !== undefined && other.position < one.position) ? other : one;
}

/** Returns the evaluation that a result depends on: after the end of one, the one that its own result depends on. */
function openOf<Reason, Proof>(
  evaluation: Evaluation<Reason, Proof> | undefined,
): Evaluation<Reason, Proof> | undefined {
  let open = evaluation;
  while (open?.isEnded === true) open = open.low;
  return open;
}

/** The questions whose arguments begin in the same way. */
class Node<Reason, Proof> {
  question: Question<Reason, Proof> | undefined = undefined;
  #next: Map<unknown, Node<Reason, Proof>> | undefined = undefined;

  at(key: unknown): Node<Reason, Proof> {
    const next = (this.#next ??= new Map<unknown, Node<Reason, Proof>>());
    let node = next.get(key);
    if (node === undefined) next.set(key, (node = new Node<Reason, Proof>()));
    return node;
  }
}

/**
 * The questions of one query. Their answers are a least fixpoint: first of the questions that hold, then of those that are undecided. A question
 * whose rules are being tried fails in its own proof. Answers that depend on such a failure are provisional until the question is answered.
 */
export class QuestionTable<Reason, Proof> {
  readonly #root = new Node<Reason, Proof>();
  readonly #identities: ArgumentIdentities;
  readonly #provisional: Question<Reason, Proof>[] = [];

  constructor(host: TypeFinder) {
    this.#identities = new ArgumentIdentities(host);
  }

  /** @param rules identifies the rules that are called */
  find(rules: object, args: readonly unknown[], kind: QuestionKind): Question<Reason, Proof> {
    let node = this.#root.at(rules);
    for (const arg of args) node = node.at(this.#identities.of(arg));
    return (node.question ??= new Question<Reason, Proof>(kind));
  }

  /** Records that the caller uses the answer of a question as far as it is known. */
  use(question: Question<Reason, Proof>, caller: Evaluation<Reason, Proof> | undefined): void {
    if (question.evaluation !== undefined) question.wasAssumed = true;
    caller?.dependOn(question.evaluation ?? question.low);
  }

  /** Begins to try the rules of a question. */
  enter(
    question: Question<Reason, Proof>,
    outer: Evaluation<Reason, Proof> | undefined,
  ): Evaluation<Reason, Proof> {
    question.wasAssumed = false;
    if (question.sharesUndecided) question.forgetConditions();
    const position = outer === undefined ? 0 : outer.position + 1;
    return (question.evaluation = new Evaluation(question, outer, position, this.#provisional.length));
  }

  /** Records the first proof of a question. Its other rules are tried only if what follows fails, for their undecided conditions. */
  succeed(evaluation: Evaluation<Reason, Proof>, proof: Proof | undefined): void {
    const { question, mark } = evaluation;
    evaluation.hasSucceeded = true;
    question.evaluation = undefined;
    if (question.isGround) {
      question.holds = true;
      question.proof = proof;
    }
    if (question.wasAssumed) this.#drop(mark, true);
  }

  /**
   * Ends an evaluation that has tried all rules.
   *
   * @param undecided the first undecided condition that it has met
   * @returns whether it must be repeated, because it has assumed another answer of the question
   */
  leave(
    evaluation: Evaluation<Reason, Proof>,
    undecided: Reason | undefined,
    mismatch: Reason | undefined,
  ): boolean {
    const { question, mark, outer } = evaluation;
    const low = openOf(evaluation.low);
    const isFinal = low === undefined || low === evaluation;
    evaluation.isEnded = true;
    evaluation.low = isFinal ? undefined : low;
    question.evaluation = undefined;
    if (!question.isGround) {
      if (question.wasAssumed) this.#drop(mark, true);
      question.undecided = undecided;
      outer?.dependOn(evaluation.low);
      return false;
    }
    if (question.isComplete) {
      // Another evaluation was faster, perhaps with less knowledge.
      question.undecided ??= undecided;
      question.mismatch ??= mismatch;
      question.low = lower(evaluation.low, question.low);
      outer?.dependOn(question.low);
      if (question.low !== undefined) this.#provisional.push(question);
      return false;
    }
    if (evaluation.hasSucceeded && question.wasAssumed) {
      this.#drop(mark, true);
      question.forgetConditions();
      return true;
    }
    question.undecided ??= undecided;
    question.mismatch ??= mismatch;
    const isNews = question.wasAssumed && question.isUndecided && !evaluation.wasUndecided;
    if (isNews && !question.sharesUndecided) {
      this.#drop(mark, false);
      return true;
    }
    if (question.holds === true) question.isComplete = true;
    else question.holds = false;
    question.low = evaluation.low;
    if (isFinal) this.#finish(question, mark);
    else {
      outer?.dependOn(low);
      this.#provisional.push(question);
    }
    return false;
  }

  /** Forgets provisional answers, because the assumption that they depend on was wrong. */
  #drop(mark: number, dropsConditions: boolean): void {
    const provisional = this.#provisional;
    for (let i = mark; i < provisional.length; i++) {
      const question = provisional[i]!;
      if (question.holds === true) question.isComplete = false;
      else question.holds = undefined;
      question.low = undefined;
      if (dropsConditions) question.forgetConditions();
    }
    if (provisional.length > mark) provisional.length = mark;
  }

  /** Makes the provisional answers final that depend on nothing else any more. Each of them has met the undecided conditions of the question. */
  #finish(question: Question<Reason, Proof>, mark: number): void {
    const provisional = this.#provisional;
    let kept = mark;
    for (let i = mark; i < provisional.length; i++) {
      const each = provisional[i]!;
      const low = openOf(each.low);
      if (low !== undefined) {
        provisional[kept++] = each;
        continue;
      }
      each.low = undefined;
      if (!question.sharesUndecided) continue;
      each.undecided ??= question.undecided;
      each.mismatch ??= question.mismatch;
    }
    if (provisional.length > kept) provisional.length = kept;
  }
}
