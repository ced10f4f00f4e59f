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

export type EngineKind = 'machine' | 'source' | 'closures' | 'ahead';

interface Settings {
  readonly types?: TypesInput;
  readonly constants?: Readonly<Record<string, unknown>>;
  readonly equality?: Equality;
  readonly limits?: Partial<Limits>;
}

/** `true`, `false`, or the code of what was thrown. */
export type Outcome = boolean | string;

/**
 * One policy on one engine, asked as an authorizer asks, with the counts of what was really answered by it.
 *
 * @throws {PolicyError}
 */
export class EngineUnderTest {
  readonly compiled: CompiledPolicy | undefined;
  /** Of a policy that was compiled ahead; undefined where it cannot be. */
  readonly ahead: PrecompiledPolicy | undefined;
  /** Questions that the compiled engine answered. */
  answered = 0;
  /** Questions that were left to the machine. */
  handedOver = 0;
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
    this.compiled = kind === 'ahead' ? undefined : compile(this.#context, kind, this.#limits);
    if (kind !== 'ahead') return;
    const text = printModule(this.#context, report);
    if (report.hasErrors) return;
    const module = { exports: undefined as unknown as PolicyModule };
    // oxlint-disable-next-line typescript/no-implied-eval -- what is tested is the text
    (new Function('module', `module.exports = ${text}`) as (target: object) => void)(module);
    this.ahead = new PrecompiledPolicy(module.exports, table, equality);
  }

  isAllowedSync(actor: unknown, action: unknown, resource: unknown): Outcome {
    try {
      if (this.ahead !== undefined) {
        this.answered++;
        return this.ahead.askSync('allow', [actor, action, resource], this.#limits);
      }
      return (
        this.#compiled(actor, action, resource) ??
        this.#question([actor, action, resource], this.compiled?.takeReplay()).nextSync()
      );
    } catch (error) {
      return codeOf(error);
    }
  }

  async isAllowed(actor: unknown, action: unknown, resource: unknown): Promise<Outcome> {
    const { compiled } = this;
    const args = [actor, action, resource] as const;
    try {
      if (this.ahead !== undefined) {
        this.answered++;
        return await this.ahead.ask('allow', args, this.#limits);
      }
      if (compiled?.waits === true) {
        this.answered++;
        return await compiled.askWaiting('allow', 3, args, (replay) => {
          this.answered--;
          this.handedOver++;
          return this.#question(args, replay).next();
        });
      }
      return this.#compiled(...args) ?? (await this.#question(args, compiled?.takeReplay()).next());
    } catch (error) {
      return codeOf(error);
    }
  }

  #compiled(actor: unknown, action: unknown, resource: unknown): boolean | undefined {
    const answer = this.compiled?.allow(actor, action, resource);
    if (answer === undefined) this.handedOver++;
    else this.answered++;
    return answer;
  }

  #question(args: readonly unknown[], replay: HostReplay | undefined): QueryRun {
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
