import { PolarError } from '../diagnostics/polar-error.js';
import { memberContext } from '../host/member.js';
import { PlainTypeSets, type TypeSet } from '../host/plain-type-sets.js';
import { handleRejections } from '../host/handle-rejections.js';
import type { PlainTypeTable } from '../types/plain-type-table.js';
import { hasTagged, tagVersion } from '../types/typed.js';
import { registeredPrototypes } from '../engine/runtime/exact-class.js';
import type { RuntimeContext } from '../engine/runtime/runtime.js';
import type { WaitingCheck, WaitingChecks } from '../engine/runtime/waiting-checks.js';
import { loadLater } from './on-demand.js';
import type { Equality } from '../engine/equality.js';
import type { Limits } from '../engine/limits.js';
import type { Arguments } from '../engine/query/query-run.js';
import { knownTypes, leadsToTypes } from '../engine/backends/module/known-types.js';
import type { Entries, Parts, PolicyModule } from '../engine/backends/module/policy-module.js';
import type { EntryName } from '../engine/entry-arities.js';
import { promiseMet, StandaloneRuntime } from '../engine/runtime/standalone-runtime.js';
import { checkSignature } from './check-module.js';
import { ModuleHelpers } from '../engine/backends/module/module-helpers.js';

/** The functions of a policy and their runtime, for one query at a time. */
interface Instance {
  readonly runtime: StandaloneRuntime;
  readonly entries: Entries;
}

interface NamedCheck extends WaitingCheck {
  readonly rule: EntryName;
}

/** A policy that was compiled ahead of time, with the types of the application. */
export class PrecompiledPolicy {
  readonly #module: PolicyModule;
  readonly #context: RuntimeContext;
  readonly #helpers: ModuleHelpers;
  readonly #registered: ReadonlySet<object>;
  readonly #knownTypes: ReadonlySet<TypeSet>;
  /** The instance for the next query. A check within a method of the application uses another one. */
  #idle: Instance | undefined;
  readonly #entries: Entries;
  readonly #parts: Parts;
  /** Set when a query has met a promise, so that later queries await promises from the start. */
  #waiting: WaitingChecks | undefined = undefined;
  /** The version of `typed` that was checked last. */
  #checkedTags: number | undefined = undefined;

  /**
   * @param parts at least the parts that the policy needs
   * @throws {PolarError} `POLAR_LOAD_MODULE_MISMATCH` when the policy was compiled for other types
   */
  constructor(module: PolicyModule, types: PlainTypeTable, equality: Equality, parts: Parts) {
    const typeSets = module.parts.includes('createTypeSets')
      ? parts.createTypeSets(types)
      : new PlainTypeSets(types);
    checkSignature(module, typeSets, equality);
    const members = (names: readonly string[]) => names.flatMap((name) => types.find(name) ?? []);
    this.#module = module;
    this.#context = {
      types,
      unions: { Actor: members(module.unions.Actor), Resource: members(module.unions.Resource) },
      typeSets,
      members: memberContext(types),
      equality,
    };
    this.#parts = parts;
    this.#helpers = new ModuleHelpers(types, typeSets, module.sources);
    this.#registered = registeredPrototypes(types);
    this.#knownTypes = new Set(knownTypes(types, typeSets, leadsToTypes(types)));
    this.#idle = this.#instance();
    this.#entries = this.#idle.entries;
    this.#checkTags();
  }

  get typeSets(): PlainTypeSets {
    return this.#context.typeSets;
  }

  has(rule: EntryName): boolean {
    return this.#entries[rule] !== undefined;
  }

  /** @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when it meets a promise */
  checkSync(rule: EntryName, args: Arguments, limits: Limits, signal?: AbortSignal): boolean {
    return this.#check(rule, args, limits, signal, false) as boolean;
  }

  /** Returns the result itself if the query meets no promise. */
  check(rule: EntryName, args: Arguments, limits: Limits, signal?: AbortSignal): boolean | Promise<boolean> {
    return this.#waiting === undefined
      ? this.#check(rule, args, limits, signal, true)
      : this.#wait(this.#waiting, { rule, args, limits, signal });
  }

  #check(
    rule: EntryName,
    args: Arguments,
    limits: Limits,
    signal: AbortSignal | undefined,
    mayWait: boolean,
  ): boolean | Promise<boolean> {
    const instance = this.#take();
    const { runtime } = instance;
    try {
      return this.#run(instance, rule, args, limits, signal);
    } catch (error) {
      if (!mayWait || error !== promiseMet) throw runtime.failure(error);
      // The code that waits is imported first.
      args.forEach(handleRejections);
      return this.#loadWaiting({ rule, args, limits, signal, calls: runtime.log.take(), seen: runtime.seen });
    } finally {
      runtime.release(true);
      this.#idle = instance;
    }
  }

  #run(
    { runtime, entries }: Instance,
    rule: EntryName,
    args: Arguments,
    limits: Limits,
    signal: AbortSignal | undefined,
  ): boolean {
    const entry = entries[rule] ?? this.#undefinedRule(rule);
    runtime.start(limits, signal);
    return runtime.end(entry.run(args[0], args[1], args[2], args[3]));
  }

  async #loadWaiting(check: NamedCheck): Promise<boolean> {
    const { WaitingChecks } = await loadLater();
    this.#waiting ??= new WaitingChecks(this.#context, this.#registered, this.#knownTypes, this.#parts, true);
    return this.#wait(this.#waiting, check);
  }

  #wait(waiting: WaitingChecks, check: NamedCheck): Promise<boolean> {
    this.#checkTags();
    return waiting.run(this.#entries[check.rule] ?? this.#undefinedRule(check.rule), check);
  }

  #undefinedRule(name: EntryName): never {
    throw new PolarError('POLAR_RUN_UNDEFINED_RULE', { name, known: Object.keys(this.#entries) });
  }

  #take(): Instance {
    this.#checkTags();
    const instance = this.#idle ?? this.#instance();
    this.#idle = undefined;
    return instance;
  }

  #instance(): Instance {
    const runtime = new StandaloneRuntime(this.#context, this.#registered, this.#knownTypes, this.#parts);
    return { runtime, entries: this.#module.make(runtime, this.#helpers) };
  }

  /** Checks that no instance of a registered class has another type from `typed`: compiled code relies on the class. */
  #checkTags(): void {
    const version = tagVersion();
    if (this.#checkedTags === version) return;
    for (const { class: c, builtIn, name } of this.#context.types.types)
      if (c !== undefined && !builtIn && hasTagged(c.prototype as object))
        throw new PolarError('POLAR_RUN_TAGGED_INSTANCE', { type: name });
    this.#checkedTags = version;
  }
}
