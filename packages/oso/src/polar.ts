import { extname } from 'node:path';
import type { Bindings, Diagnostic, NamedPolicy } from '@nanook/core';
import { isPolicyError } from '@nanook/core';
import { checkText } from './engine/check-text.js';
import { refuseComputedRuleTypes } from './engine/computed-rule-types.js';
import { toOsoError } from './engine/engine-error.js';
import { engineError } from './engine/named-error.js';
import { markCustomCheck } from './engine/isa-check.js';
import { PolicyEngine } from './engine/policy-engine.js';
import { startQuery } from './engine/queries.js';
import { placeText } from './engine/excerpt.js';
import { callText } from './engine/value-text.js';
import { isTerm, refuseInexactIntegers } from './engine/values.js';
import { warningTexts } from './engine/warnings.js';
import {
  InlineQueryFailedError,
  PolarError,
  PolarFileExtensionError,
  PolarFileNotFoundError,
} from './errors.js';
import { defaultEqualityFn, printError, readFile, repr } from './helpers.js';
import { Host } from './host.js';
import { printWarning } from './messages.js';
import { Polar as FfiPolar } from './polar-wasm-api.js';
import { Predicate } from './predicate.js';
import { startRepl } from './repl.js';
import {
  Dict,
  type Class,
  type ClassParams,
  type Options,
  type QueryOpts,
  type QueryResult,
} from './types.js';

/** Loads policies, registers classes, and runs queries: the base class of `Oso`. */
export class Polar<Query, Resource> {
  readonly #ffi = new FfiPolar();
  readonly #host: Host<Query, Resource>;
  readonly #engine: PolicyEngine;
  /** Warnings of a load that failed. They are printed with the next message. */
  #pendingWarnings: string[] = [];
  readonly #ignoresMissingAllow = Boolean(process.env['POLAR_IGNORE_NO_ALLOW_WARNING']);

  constructor({ equalityFn, strict = false, unsafeHostAccess = false }: Options = {}) {
    this.#host = new Host(this.#ffi, {
      acceptExpression: false,
      equalityFn: equalityFn ?? defaultEqualityFn,
    });
    this.#engine = new PolicyEngine(this.#host as unknown as Host<never, unknown>, {
      equalityFn,
      strict,
      unsafeHostAccess,
    });
    this.registerConstant(null, 'nil');
    this.registerClass(Boolean);
    this.registerClass(Number, { name: 'Integer' });
    this.registerClass(Number, { name: 'Float' });
    this.registerClass(String);
    this.registerClass(Array, { name: 'List' });
    this.registerClass(Dict, { name: 'Dictionary' });
  }

  /** Releases the policy. Do not use the instance after it. */
  free(): void {
    this.#engine.clear();
  }

  /** Removes the rules. Registered classes and constants stay. */
  clearRules(): void {
    this.#engine.clear();
    this.#flushWarnings();
  }

  /**
   * Loads policy files together.
   *
   * @throws {PolarFileExtensionError} for a file that is not named `*.polar`
   * @throws {PolarFileNotFoundError}
   */
  async loadFiles(filenames: string[]): Promise<void> {
    if (filenames.length === 0) return;
    const sources = await Promise.all(filenames.map(readPolicy));
    return this.#load(sources);
  }

  /** Loads one policy file. @deprecated Use `loadFiles`. */
  async loadFile(filename: string): Promise<void> {
    // oxlint-disable-next-line no-console -- as in oso
    console.error(
      '`Oso.loadFile` has been deprecated in favor of `Oso.loadFiles` as of the 0.20 release.\n\n' +
        'Please see changelog for migration instructions: https://docs.osohq.com/project/changelogs/2021-09-15.html',
    );
    return this.loadFiles([filename]);
  }

  /** Loads the text of a policy. It takes effect before the promise is fulfilled. @param filename a name for messages */
  async loadStr(contents: string, filename?: string): Promise<void> {
    checkText(contents);
    return this.#load([
      { source: contents, ...(filename === undefined ? {} : { name: filename }) } as NamedPolicy,
    ]);
  }

  async #load(sources: readonly NamedPolicy[]): Promise<void> {
    if (this.#engine.hasRules)
      throw engineError(
        'RuntimeError::MultipleLoadError',
        'Cannot load additional Polar code -- all Polar code must be loaded at the same time.',
      );
    const warnings: Diagnostic[] = [];
    let inlineQueries;
    try {
      ({ inlineQueries } = this.#engine.load(sources, (warning) => warnings.push(warning)));
      refuseComputedRuleTypes(sources);
    } catch (error) {
      this.#engine.clear();
      if (isPolicyError(error))
        warnings.push(...error.diagnostics.filter(({ severity }) => severity === 'warning'));
      this.#pendingWarnings.push(...warningTexts(warnings, this.#ignoresMissingAllow));
      throw toOsoError(error, { types: this.#host.types, sources });
    }
    this.#pendingWarnings.push(...warningTexts(warnings, this.#ignoresMissingAllow));
    this.#flushWarnings();
    for (const query of inlineQueries.toReversed()) {
      let holds: boolean;
      try {
        // oxlint-disable-next-line no-await-in-loop -- the first query that fails ends the load
        holds = await query.holds();
      } catch (error) {
        throw toOsoError(error, { types: this.#host.types });
      }
      if (!holds) throw new InlineQueryFailedError(`${query.text}${placeText(query.span)}`);
    }
  }

  #flushWarnings(): void {
    const texts = this.#pendingWarnings;
    if (texts.length === 0) return;
    this.#pendingWarnings = [];
    texts.forEach(printWarning);
  }

  /** Runs a query: a text, or a call of a rule. A syntax error is thrown at once, other errors by the first result. */
  query(q: Predicate | string, opts?: QueryOpts): QueryResult {
    this.#flushWarnings();
    if (typeof q !== 'string') this.#refuseInexactIntegers(q.args);
    if (opts?.bindings !== undefined) this.#refuseInexactIntegers([...opts.bindings.values()]);
    return startQuery(this.#engine.authorizer, q, this.#host.types, opts);
  }

  /** Queries one rule. */
  queryRule(opts: QueryOpts, name: string, ...args: unknown[]): QueryResult;
  queryRule(name: string, ...args: unknown[]): QueryResult;
  queryRule(nameOrOpts: string | QueryOpts, ...args: unknown[]): QueryResult {
    if (typeof nameOrOpts === 'string') return this.query(new Predicate(nameOrOpts, args), {});
    const [name, ...rest] = args;
    if (typeof name !== 'string') throw new PolarError('Invalid call of queryRule(): missing rule name');
    return this.query(new Predicate(name, rest), nameOrOpts);
  }

  /** Returns whether a rule holds. */
  async queryRuleOnce(name: string, ...args: unknown[]): Promise<boolean> {
    if (this.query === ownQuery && isCheck(name, args) && !this.#engine.isLogging)
      return this.check(name, args);
    const results = this.query(new Predicate(name, args));
    const { done } = await results.next();
    await results.return();
    return done !== true;
  }

  /** Decides one of the rules that the engine compiles. @internal */
  protected async check(name: CheckedRule, args: readonly unknown[]): Promise<boolean> {
    if (this.#pendingWarnings.length > 0) this.#flushWarnings();
    this.#refuseInexactIntegers(args);
    try {
      return await this.#engine.check(name, args);
    } catch (error) {
      const { types } = this.#host;
      throw toOsoError(error, { types, shown: () => callText(new Predicate(name, [...args]), types) });
    }
  }

  /**
   * Registers a class for use in policies.
   *
   * @throws {InvalidConstructorError} for a value that is not a class
   * @throws {DuplicateClassAliasError} for a name that another class has
   */
  registerClass(cls: Class, params?: ClassParams): void {
    if (params?.name !== undefined) refuseOtherNames(params.name);
    refuseUnions(params?.name ?? (cls as { name?: unknown } | undefined)?.name);
    const name = this.#host.cacheClass(cls, params);
    if (params?.isaCheck) markCustomCheck(this.#host.getType(name)!);
    this.registerConstant(cls, name);
  }

  /** Registers a value for use in policies. A class or another value of the same name is replaced. */
  registerConstant(value: unknown, name: string): void {
    refuseOtherNames(name);
    refuseUnions(name);
    this.#refuseInexactIntegers([value]);
    this.#engine.setConstant(name, value);
  }

  #refuseInexactIntegers(values: readonly unknown[]): void {
    if (!this.#engine.options.strict) refuseInexactIntegers(values);
  }

  /** The registered classes. */
  getHost(): Host<Query, Resource> {
    return this.#host;
  }

  /** Returns the object that counts the values which the host keeps. It has no other methods of the engine of oso. */
  getFfi(): FfiPolar {
    return this.#ffi;
  }

  /** Loads files, and reads queries from the terminal. */
  async repl(files?: string[]): Promise<void> {
    try {
      if (files?.length) await this.loadFiles(files);
    } catch (error) {
      printError(error as Error);
    }
    startRepl((line) => this.evalReplInput(line));
  }

  /** Runs one line of the REPL. @returns whether the query has a result; undefined for an empty line and for an error */
  private async evalReplInput(line: string): Promise<boolean | undefined> {
    const input = line.trim().replace(/;+$/, '');
    if (input === '') return undefined;
    try {
      const results: Bindings[] = [];
      for await (const result of this.query(input)) results.push(result);
      // oxlint-disable-next-line no-console -- the REPL prints results
      for (const result of results)
        for (const [name, value] of result) console.log(`${name} = ${repr(value)}`);
      return results.length > 0;
    } catch (error) {
      printError(error as Error);
      return undefined;
    }
  }
}

/** The method `query` of this class. An application that replaces it sees all queries, as in oso. */
// oxlint-disable-next-line typescript/unbound-method -- it is compared, and not called
const ownQuery = Polar.prototype.query;

/** The rules that the engine compiles, with the number of their arguments. */
const checkedRules = { allow: 3, allow_field: 4, allow_request: 2 } as const;
export type CheckedRule = keyof typeof checkedRules;

/** Returns whether a call is a check with values of the application only. */
const isCheck = (name: string, args: readonly unknown[]): name is CheckedRule =>
  Object.hasOwn(checkedRules, name) &&
  args.length === checkedRules[name as CheckedRule] &&
  !args.some(isTerm);

/** Throws for a name that is not a string. As in oso, a function is not an error: no policy can mention it. */
function refuseOtherNames(name: unknown): void {
  if (typeof name === 'string' || typeof name === 'function') return;
  const shown =
    typeof name === 'object' && name !== null ? `an object of the class ${className(name)}` : String(name);
  throw new TypeError(
    `expected a string as the name of a constant or a class, got ${shown}. Pass the value first, and then its name: registerConstant(value, name).`,
  );
}

const className = (value: object): string =>
  (value.constructor as { name?: string } | undefined)?.name ?? 'Object';

function refuseUnions(name: unknown): void {
  if (name !== 'Actor' && name !== 'Resource') return;
  throw engineError(
    'RuntimeError::InvalidRegistration',
    `Invalid attempt to register '${name}': '${name}' is a built-in specializer.`,
  );
}

async function readPolicy(name: string): Promise<NamedPolicy> {
  if (extname(name) !== '.polar') throw new PolarFileExtensionError(name);
  try {
    return { name, source: await readFile(name) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new PolarFileNotFoundError(name);
    throw error;
  }
}
