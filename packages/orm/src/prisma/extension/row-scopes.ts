import { NanookOrmError } from '../../errors/nanook-orm-error.js';
import { complement } from '../local-filter.js';
import type { Models } from '../models.js';
import { WherePrinter } from '../print-where.js';
import { prismaFilter } from '../prisma-filter.js';
import type { PrismaOptions } from '../prisma-options.js';
import type { ActionKind, NanookActions, NanookOptions } from './nanook-options.js';
import type { Where } from './plain.js';

/** The rows of a model that the actor may see or change. */
export interface RowScope {
  /** The allowed rows. */
  readonly where: Where;
  /** All other rows. */
  readonly hidden: Where;
}

/** The allowed rows of the models for one query of one actor. */
export class RowScopes {
  readonly #scopes = new Map<string, Promise<RowScope | undefined>>();
  #isRestricted = false;

  /** Whether the policy hides rows of a model of the query. */
  get isRestricted(): boolean {
    return this.#isRestricted;
  }

  constructor(
    readonly authorizer: NanookOptions['authorizer'],
    readonly actor: unknown,
    readonly actions: NanookActions,
    readonly models: Models,
    readonly options: PrismaOptions,
  ) {}

  /** Returns the rows of a model on which the actor may perform the actions; `undefined` when the policy allows all rows. */
  of(model: string, kinds: readonly ActionKind[] = ['read']): Promise<RowScope | undefined> {
    const key = `${kinds.join()} ${model}`;
    let scope = this.#scopes.get(key);
    if (scope === undefined) this.#scopes.set(key, (scope = this.#find(model, kinds)));
    return scope;
  }

  async #find(model: string, kinds: readonly ActionKind[]): Promise<RowScope | undefined> {
    const type = this.models.typeOf(model);
    const scopes: RowScope[] = [];
    for (const action of new Set(kinds.map((kind) => this.actions[kind] ?? kind))) {
      const { filter, row } = await this.authorizer.where(this.actor, action, type);
      this.models.check(row.type);
      const local = prismaFilter(filter, this.options, this.models);
      if (local.kind === 'always') continue;
      const print = (part: typeof local) =>
        new WherePrinter(this.options, this.models, true).where(part, row);
      scopes.push({ where: print(local), hidden: print(complement(local)) });
    }
    this.#isRestricted ||= scopes.length > 0;
    if (scopes.length <= 1) return scopes[0];
    return {
      where: { AND: scopes.map(({ where }) => where) },
      hidden: { OR: scopes.map(({ hidden }) => hidden) },
    };
  }
}

/** Returns the actor of a query. @throws {NanookOrmError} `NANOOK_ORM_PRISMA_NO_ACTOR` */
export async function actorOf(actor: unknown): Promise<unknown> {
  const found: unknown = await (typeof actor === 'function' ? (actor as () => unknown)() : actor);
  if (found === undefined || found === null) throw new NanookOrmError('NANOOK_ORM_PRISMA_NO_ACTOR', {});
  return found;
}
