import { Report } from '../../diagnostics/diagnostic.js';
import { isPolarError } from '../../diagnostics/polar-error.js';
import { PolicyError } from '../../diagnostics/policy-error.js';
import { Source } from '../../diagnostics/source.js';
import { TypeSets } from '../../host/type-set.js';
import { givenName, link, linkCall } from '../../ir/link.js';
import { buildPolicy } from '../../policy/build-policy.js';
import type { TypesInput } from '../../types/type-declaration.js';
import { TypeTable } from '../../types/type-table.js';
import { PrecompiledPolicy } from '../../aot/precompiled-policy.js';
import type { PolicyModule } from '../backends/module/policy-module.js';
import { printModule } from '../backends/module/print-module.js';
import type { Equality } from '../equality.js';
import type { HostReplay } from '../host-log.js';
import { defaultLimits, type Limits } from '../limits.js';
import type { ProgramContext } from '../program-context.js';
import { QueryRun } from '../query/query-run.js';
import { compile, type CompiledPolicy } from '../compiled/compiled-policy.js';

export type EngineKind = 'machine' | 'source' | 'closures' | 'aot';

interface Settings {
  readonly types?: TypesInput;
  readonly constants?: Readonly<Record<string, unknown>>;
  readonly equality?: Equality;
  readonly limits?: Partial<Limits>;
}

/** The result of a check: `true`, `false`, or the code of the error. */
export type EngineAnswer = boolean | string;

/**
 * Runs checks of one policy on one engine, as an authorizer does, and counts the checks that the engine decided itself.
 *
 * @throws {PolicyError}
 */
export class EngineUnderTest {
  readonly compiled: CompiledPolicy | undefined;
  /** The precompiled policy, or undefined if it cannot be compiled. */
  readonly precompiled: PrecompiledPolicy | undefined;
  /** The number of checks that the compiled engine decided. */
  answered = 0;
  /** The number of checks that the machine decided. */
  bailedOut = 0;
  readonly #context: ProgramContext;
  readonly #limits: Limits;

  constructor(
    readonly kind: EngineKind,
    policy: string,
    { types, constants = {}, equality = 'identity', limits }: Settings = {},
  ) {
    const table = new TypeTable(types, constants);
    const report = new Report();
    const built = buildPolicy([new Source(policy)], table, report);
    if (built === undefined || report.hasErrors) throw new PolicyError(report.diagnostics);
    const known = new Set<unknown>(Object.values(constants));
    this.#limits = { ...defaultLimits, ...limits };
    this.#context = {
      program: link(built, table),
      typeSets: new TypeSets(table),
      members: { types: table, isConstant: (value) => known.has(value) },
      equality,
      indexes: new Map(),
      print: () => {},
    };
    this.compiled = kind === 'aot' ? undefined : compile(this.#context, kind, this.#limits);
    if (kind !== 'aot') return;
    const text = printModule(this.#context, report);
    if (report.hasErrors) return;
    const module = { exports: undefined as unknown as PolicyModule };
    // oxlint-disable-next-line typescript/no-implied-eval -- the test is about the text
    (new Function('module', `module.exports = ${text}`) as (target: object) => void)(module);
    this.precompiled = new PrecompiledPolicy(module.exports, table, equality);
  }

  isAllowedSync(actor: unknown, action: unknown, resource: unknown): EngineAnswer {
    try {
      if (this.precompiled !== undefined) {
        this.answered++;
        return this.precompiled.checkSync('allow', [actor, action, resource], this.#limits);
      }
      return (
        this.#compiled(actor, action, resource) ??
        this.#query([actor, action, resource], this.compiled?.takeReplay()).nextSync()
      );
    } catch (error) {
      return codeOf(error);
    }
  }

  async isAllowed(actor: unknown, action: unknown, resource: unknown): Promise<EngineAnswer> {
    const { compiled } = this;
    const args = [actor, action, resource] as const;
    try {
      if (this.precompiled !== undefined) {
        this.answered++;
        return await this.precompiled.check('allow', args, this.#limits);
      }
      if (compiled?.prefersAsync === true) {
        this.answered++;
        return await compiled.checkAsync('allow', 3, args, (replay) => {
          this.answered--;
          this.bailedOut++;
          return this.#query(args, replay).next();
        });
      }
      return this.#compiled(...args) ?? (await this.#query(args, compiled?.takeReplay()).next());
    } catch (error) {
      return codeOf(error);
    }
  }

  #compiled(actor: unknown, action: unknown, resource: unknown): boolean | undefined {
    const answer = this.compiled?.allow(actor, action, resource);
    if (answer === undefined) this.bailedOut++;
    else this.answered++;
    return answer;
  }

  #query(args: readonly unknown[], replay: HostReplay | undefined): QueryRun {
    const query = linkCall(
      'allow',
      args.map(() => undefined),
      this.#context.program,
    );
    const given = new Map(args.map((arg, i) => [givenName(i), arg]));
    return new QueryRun(this.#context, query, given, {
      limits: this.#limits,
      signal: undefined,
      acceptExpression: false,
      replay,
    });
  }
}

function codeOf(error: unknown): string {
  if (!isPolarError(error)) throw error;
  return error.code;
}
