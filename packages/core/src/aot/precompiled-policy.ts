import { PolarError } from '../diagnostics/polar-error.js';
import { TypeSets, type TypeSet } from '../host/type-set.js';
import { show } from '../host/show.js';
import { isThenable } from '../host/value.js';
import { isObject } from '../internal/is-object.js';
import { describeValue, looksThenable } from '../internal/describe-value.js';
import type { TypeTable } from '../types/type-table.js';
import { hasTagged, tagVersion } from '../types/typed.js';
import { registeredPrototypes } from '../engine/runtime/exact-class.js';
import type { RuntimeContext } from '../engine/runtime/runtime.js';
import { WaitingQuery, TimeoutTimer } from '../engine/runtime/timeout-timer.js';
import type { Equality } from '../engine/equality.js';
import type { HostReplay } from '../engine/host-log.js';
import { aborted, type Limits } from '../engine/limits.js';
import type { Arguments } from '../engine/query/query-run.js';
import { knownTypes } from '../engine/backends/module/known-types.js';
import {
  type Entries,
  type Entry,
  moduleFormat,
  type PolicyModule,
} from '../engine/backends/module/policy-module.js';
import type { EntryName } from '../engine/entry-arities.js';
import { signatureOf } from '../engine/backends/module/signature.js';
import { promiseMet, StandaloneRuntime } from '../engine/runtime/standalone-runtime.js';
import { ModuleHelpers } from '../engine/backends/module/module-helpers.js';

/** The functions of a policy and their runtime, for one query at a time. */
interface Instance {
  readonly runtime: StandaloneRuntime;
  readonly entries: Entries;
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
  /** Timers by their time limit. */
  readonly #timers = new Map<number, TimeoutTimer>();
  /** Whether a query met a promise, so that later queries await promises from the start. */
  #waits = false;
  /** The version of `typed` that was checked last. */
  #checkedTags: number | undefined = undefined;

  /** @throws {PolarError} `POLAR_LOAD_MODULE_…` when the policy was compiled by another version, or for other types */
  constructor(module: PolicyModule, types: TypeTable, equality: Equality) {
    checkModule(module, types, equality);
    const typeSets = new TypeSets(types);
    const members = (names: readonly string[]) => names.flatMap((name) => types.find(name) ?? []);
    const constants = new Set<unknown>(types.constantNames.map((name) => types.constant(name)));
    this.#module = module;
    this.#context = {
      types,
      unions: { Actor: members(module.unions.Actor), Resource: members(module.unions.Resource) },
      typeSets,
      members: { types, isConstant: (value) => constants.has(value) },
      equality,
    };
    this.#helpers = new ModuleHelpers(types, typeSets, module.sources);
    this.#registered = registeredPrototypes(types);
    this.#knownTypes = new Set(knownTypes(types, typeSets));
    this.#idle = this.#instance();
    this.#entries = this.#idle.entries;
    this.#checkTags();
  }

  get typeSets(): TypeSets {
    return this.#context.typeSets;
  }

  has(rule: EntryName): boolean {
    return this.#entries[rule] !== undefined;
  }

  /** @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when it meets a promise */
  checkSync(rule: EntryName, args: Arguments, limits: Limits, signal?: AbortSignal): boolean {
    const instance = this.#take();
    const { runtime } = instance;
    try {
      return this.#run(instance, rule, args, limits, signal);
    } catch (error) {
      throw runtime.failure(error);
    } finally {
      runtime.release(true);
      this.#idle = instance;
    }
  }

  /** Returns the result itself if the query meets no promise. */
  check(rule: EntryName, args: Arguments, limits: Limits, signal?: AbortSignal): boolean | Promise<boolean> {
    if (this.#waits) return this.#wait(rule, args, limits, signal);
    const instance = this.#take();
    const { runtime } = instance;
    try {
      return this.#run(instance, rule, args, limits, signal);
    } catch (error) {
      if (error !== promiseMet) throw runtime.failure(error);
      this.#waits = true;
      return this.#wait(rule, args, limits, signal, runtime.log.take(), runtime.seen);
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

  #wait(
    rule: EntryName,
    args: Arguments,
    limits: Limits,
    signal: AbortSignal | undefined,
    replay?: HostReplay,
    seen?: StandaloneRuntime['seen'],
  ): Promise<boolean> {
    this.#checkTags();
    const entry = this.#entries[rule] ?? this.#undefinedRule(rule);
    const runtime = this.#runtime(true);
    runtime.start(limits, signal, replay);
    runtime.seen = seen;
    return new Promise((resolve, reject) => {
      const query = new WaitingQuery(limits.timeoutMs, reject, runtime);
      const timer = this.#timerFor(limits.timeoutMs);
      const abort = () => query.end(aborted(signal!));
      const end = () => {
        timer.forget(query);
        signal?.removeEventListener('abort', abort);
      };
      timer.watch(query);
      signal?.addEventListener('abort', abort, { once: true });
      runAsync(entry, runtime, args).then(
        (holds) => {
          end();
          try {
            resolve(runtime.end(holds));
          } catch (error) {
            reject(error as Error);
          }
        },
        (error: unknown) => {
          end();
          reject(runtime.failure(error) as Error);
        },
      );
    });
  }

  #timerFor(timeoutMs: number): TimeoutTimer {
    let found = this.#timers.get(timeoutMs);
    if (found === undefined) this.#timers.set(timeoutMs, (found = new TimeoutTimer(timeoutMs)));
    return found;
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
    const runtime = this.#runtime(false);
    return { runtime, entries: this.#module.make(runtime, this.#helpers) };
  }

  #runtime(mayWait: boolean): StandaloneRuntime {
    return new StandaloneRuntime(this.#context, this.#registered, this.#knownTypes, mayWait);
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

function checkModule(module: PolicyModule, types: TypeTable, equality: Equality): void {
  const found: unknown = (module as Partial<PolicyModule> | undefined)?.format;
  if (found !== moduleFormat) throw notCompiled(module, found);
  const { sources, unions, make } = module as Partial<PolicyModule>;
  const isWhole =
    Array.isArray(sources) &&
    Array.isArray(unions?.Actor) &&
    Array.isArray(unions.Resource) &&
    typeof make === 'function' &&
    typeof (module.declared as unknown) === 'object' &&
    (module.declared as unknown) !== null;
  if (!isWhole)
    throw new PolarError('POLAR_LOAD_MODULE_FORMAT', {
      found: 'an incomplete module',
      advice: 'compile it again',
    });
  const { declared } = module;
  const given = signatureOf(types, equality);
  for (const name of new Set([...Object.keys(declared), ...Object.keys(given)])) {
    const [was = 'none', is = 'none'] = [declared[name], given[name]];
    if (was !== is) throw new PolarError('POLAR_LOAD_MODULE_MISMATCH', { name, compiled: was, given: is });
  }
}

function notCompiled(module: unknown, format: unknown): PolarError {
  const advice =
    format !== undefined
      ? 'compile it again'
      : isObject(module) && 'default' in module
        ? 'pass the default export of the module'
        : isObject(module) && looksThenable(module)
          ? 'await the import, and pass its default export'
          : 'pass the default export of the file that `compilePolicy` wrote';
  const found = format === undefined ? describeValue(module) : `a policy of format ${show(format)}`;
  return new PolarError('POLAR_LOAD_MODULE_FORMAT', { found, advice });
}

async function runAsync(entry: Entry, runtime: StandaloneRuntime, args: Arguments): Promise<boolean> {
  const [a, b, c, d] = args.some(isThenable)
    ? await Promise.all(args.map((arg) => (isThenable(arg) ? runtime.settle(arg) : arg)))
    : args;
  return entry.wait(runtime, a, b, c, d);
}
