import type { BackEnd } from '../engine/backends/back-end.js';
import type { AsyncCheck, CompiledPolicy, compile } from '../engine/compiled/compiled-policy.js';

/** The module that compiles policies. */
export interface Compiler {
  readonly compile: typeof compile;
  readonly CompiledPolicy: typeof CompiledPolicy;
}

/** The part of a compiled policy that checks use. */
export type CompiledChecks = Pick<
  CompiledPolicy,
  | 'kind'
  | 'allow'
  | 'check'
  | 'checkAsync'
  | 'enumerate'
  | 'prefersAsync'
  | 'proofOf'
  | 'takeReplay'
  | 'takeUndecidedError'
>;

/** The number of checks after which the compiler is loaded, where it is not loaded with the policy. */
export const checksBeforeCompiler: number = 32;

/**
 * A policy whose compiler is loaded after some checks: most pages of a browser make so few that the machine answers them faster than they
 * could be compiled. Until the compiler is loaded, the machine answers all checks.
 */
export class DeferredPolicy implements CompiledChecks {
  #compiled: CompiledPolicy | undefined = undefined;
  #loading: Promise<CompiledPolicy | undefined> | undefined = undefined;
  #checks = 0;

  /**
   * @param load loads the compiler, and compiles the policy
   * @param checksBefore number of checks after which the compiler is loaded
   */
  constructor(
    readonly kind: BackEnd['kind'],
    readonly load: () => Promise<CompiledPolicy | undefined>,
    readonly checksBefore = checksBeforeCompiler,
  ) {}

  /** The compiled policy, if the compiler is loaded. */
  get compiled(): CompiledPolicy | undefined {
    return this.#compiled;
  }

  /** Loads the compiler. */
  ready(): Promise<CompiledPolicy | undefined> {
    this.#loading ??= this.load().then(
      (compiled) => (this.#compiled = compiled),
      (error: unknown) => {
        // A later call tries again, for example when a browser is online again.
        this.#loading = undefined;
        this.#checks = 0;
        throw error;
      },
    );
    return this.#loading;
  }

  /** Counts a check. Returns the compiled policy, if the compiler is loaded. */
  #counted(): CompiledPolicy | undefined {
    if (this.#compiled === undefined && ++this.#checks === this.checksBefore) this.ready().catch(() => {});
    return this.#compiled;
  }

  allow(actor: unknown, action: unknown, resource: unknown): boolean | undefined {
    return this.#counted()?.allow(actor, action, resource);
  }

  check(...args: Parameters<CompiledPolicy['check']>): boolean | undefined {
    return this.#counted()?.check(...args);
  }

  checkAsync(check: AsyncCheck): Promise<boolean> {
    return this.#counted()?.checkAsync(check) ?? check.machine(undefined);
  }

  enumerate(...args: Parameters<CompiledPolicy['enumerate']>): ReturnType<CompiledPolicy['enumerate']> {
    return this.#counted()?.enumerate(...args);
  }

  get prefersAsync(): boolean {
    return this.#compiled?.prefersAsync === true;
  }

  proofOf(rule: string): ReturnType<CompiledPolicy['proofOf']> {
    return this.#compiled?.proofOf(rule);
  }

  takeUndecidedError(): ReturnType<CompiledPolicy['takeUndecidedError']> {
    return this.#compiled?.takeUndecidedError();
  }

  takeReplay(): ReturnType<CompiledPolicy['takeReplay']> {
    return this.#compiled?.takeReplay();
  }
}
