import { isThenable } from '../internal/promise.js';
import { ComparedKinds } from '../advice/compared-kinds.js';
import { DenialAdvice, everyAction } from '../advice/denial-advice.js';
import { UnawaitedChecks } from '../advice/unawaited-checks.js';
import type { GrantAnalysis } from '../analysis/grant-analysis.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Span } from '../diagnostics/span.js';
import type { ProgramContext } from '../engine/program-context.js';
import { isQueryVariable } from '../terms/query-variable.js';
import { isLazy } from '../host/handle-rejections.js';
import { typed } from '../types/typed.js';
import type { Decision } from './decision.js';
import type { AuthorizerOptions } from './options.js';
import { warn } from './warn.js';

/**
 * Warns about denials that a mistake in the call has probably caused, and about checks that compare values of different kinds. The results of
 * the checks stay the same.
 */
export class DenialWarnings {
  readonly unawaited: UnawaitedChecks;
  /** The places that have read a missing attribute. */
  readonly #missing = new Set<Span>();

  constructor(
    readonly advice: DenialAdvice,
    readonly kinds: ComparedKinds,
    readonly options: Pick<AuthorizerOptions, 'onWarning'>,
  ) {
    this.unawaited = new UnawaitedChecks((warning) => warn(warning, options));
  }

  /** Warns about a finished check of `allow`. @throws the error of `onWarning` */
  afterAllow(holds: boolean, actor: unknown, action: unknown, resource: unknown): void {
    if (this.kinds.isExamined('allow', action)) this.kinds.examine('allow', [actor, action, resource]);
    if (!holds) this.explainAllow(actor, action, resource);
  }

  /** Warns about a finished check. @throws the error of `onWarning` */
  after(holds: boolean, kind: Decision['kind'], args: readonly unknown[]): void {
    if (this.kinds.isExamined(kind, args[1])) this.kinds.examine(kind, args);
    if (!holds) this.explain(kind, args);
  }

  /** Explains a denial of `allow`. It creates no list of the arguments if this kind of denial has been explained. */
  explainAllow(actor: unknown, action: unknown, resource: unknown): void {
    try {
      if (this.advice.isExplained(actor, action, resource)) return;
    } catch {
      // A proxy that throws: the denial has no explanation.
      return;
    }
    this.explain('allow', [actor, action, resource]);
  }

  /**
   * Explains why no row of a type is in a list.
   *
   * @param missing the warning about a missing attribute of the actor, for which a check of a row would be undecided
   * @throws the error of `onWarning`
   */
  explainEmptyList(actor: unknown, action: string, type: string, missing: Diagnostic | undefined): void {
    if (missing?.span !== undefined && !this.#missing.has(missing.span)) {
      this.#missing.add(missing.span);
      warn(missing, this.options);
    }
    // A row has its type from the call, so only the actor and the action can be wrong.
    const isAboutCall = ({ data }: Diagnostic) => !('argument' in data) || data.argument !== 'resource';
    this.explain('allow', [actor, action, typed(type, {})], isAboutCall);
  }

  /** Explains why an enumeration is empty. The query variable among the arguments means every action. */
  explainEnumeration(kind: Decision['kind'], args: readonly unknown[]): void {
    this.explain(
      kind,
      args.map((arg) => (isQueryVariable(arg) ? everyAction : arg)),
    );
  }

  /** Explains a denial. @throws the error of `onWarning` */
  explain(
    kind: Decision['kind'],
    args: readonly unknown[],
    applies: (warning: Diagnostic) => boolean = () => true,
  ): void {
    let warnings: ReturnType<DenialAdvice['about']>;
    try {
      for (const arg of args) {
        if (isQueryVariable(arg)) return;
        if (!isThenable(arg)) continue;
        // To await a query builder once more would start its query again.
        if (args.some((other) => isThenable(other) && isLazy(other))) return;
        // The check has awaited these promises, so they are settled.
        void Promise.all(args).then(
          (values) => this.explain(kind, values, applies),
          () => {},
        );
        return;
      }
      warnings = this.advice.about(kind, args);
    } catch {
      // A proxy that throws: the denial has no explanation.
      return;
    }
    for (const warning of warnings) if (applies(warning)) warn(warning, this.options);
  }

  /** Returns a promise of the same result, and warns if the check is denied and the promise is not awaited. */
  watch(result: Promise<boolean>, action: unknown): Promise<boolean> {
    return this.unawaited.watch(result, action);
  }
}

/** Creates the warnings for one loaded policy. */
export const denialWarnings = (
  { program, typeSets }: ProgramContext,
  analysis: GrantAnalysis,
  literals: () => readonly string[],
  options: Pick<AuthorizerOptions, 'onWarning'>,
): DenialWarnings =>
  new DenialWarnings(
    new DenialAdvice(typeSets, analysis, literals),
    new ComparedKinds(program, (warning) => warn(warning, options)),
    options,
  );
