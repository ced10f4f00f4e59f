import { drawMix, type ExpectedCheck } from '../../mix.ts';
import { Random } from '../../random.ts';
import type { World, WorldOptions } from '../../scenario.ts';

class Actor {
  /** The name of the type, on the prototype. */
  declare readonly kind: string;
  readonly id: string;
  readonly scope: string;
  constructor(id: string, scope: string) {
    this.id = id;
    this.scope = scope;
  }
}
export class User extends Actor {}
export class Service extends Actor {}
export class Guest extends Actor {}
export class Admin extends Actor {}

export class Document {
  declare readonly kind: string;
  readonly id: string;
  readonly owner: User;
  readonly scope: string;
  readonly isPublic: boolean;
  constructor(id: string, owner: User, scope: string, isPublic: boolean) {
    this.id = id;
    this.owner = owner;
    this.scope = scope;
    this.isPublic = isPublic;
  }
}
class Report extends Document {}
class Memo extends Document {}
class Letter extends Document {}
class Invoice extends Document {}
class Contract extends Document {}

export const types = { User, Service, Guest, Admin, Document };
for (const [name, { prototype }] of Object.entries(types))
  Object.defineProperty(prototype, 'kind', { value: name });

const actorClasses = [User, Service, Guest, Admin];
const subclasses = [Report, Memo, Letter, Invoice, Contract];
const scopes = ['web', 'mail', 'archive'];

/** The values that differ from check to check. */
export interface Mixture {
  readonly subclasses?: boolean;
  readonly actors?: boolean;
  /** Most denied checks are about one of 100 actions that no rule names. */
  readonly actions?: boolean;
}

export const mixedWorld =
  (mixture: Mixture) =>
  ({ seed, checks }: WorldOptions): World => {
    const random = new Random(seed);
    const scopeOf = Array.from({ length: 200 }, () => random.below(scopes.length));
    const kindOf = scopeOf.map((_, i) => (mixture.actors ? i % actorClasses.length : 0));
    const actors = scopeOf.map((scope, i) => new actorClasses[kindOf[i]!]!(`actor-${i}`, scopes[scope]!));
    const owners = kindOf.flatMap((kind, i) => (kind === 0 ? [i] : []));

    const permitted = new Set<string>();
    const documents = Array.from({ length: 300 }, (_, d) => {
      const owner = random.pick(owners);
      const scope = random.below(scopes.length);
      const isPublic = random.chance(0.3);
      const permit = (a: number, ...list: string[]) => {
        for (const action of list) permitted.add(`${a} ${action} ${d}`);
      };
      permit(owner, 'read', 'edit');
      actors.forEach((_actor, a) => {
        const sameScope = scopeOf[a] === scope;
        if (kindOf[a] === 0 && isPublic) permit(a, 'read');
        if (kindOf[a] === 1 && sameScope) permit(a, 'read');
        if (kindOf[a] === 2 && isPublic && scope === 0) permit(a, 'read');
        if (kindOf[a] === 3 && sameScope) permit(a, 'read', 'edit', 'delete');
      });
      const type = mixture.subclasses ? subclasses[d % subclasses.length]! : Document;
      return { owner, document: new type(`document-${d}`, actors[owner]!, scopes[scope]!, isPublic) };
    });

    const mix = drawMix(random, checks, (): ExpectedCheck => {
      const d = random.below(documents.length);
      const { owner, document } = documents[d]!;
      const a = random.chance(0.2) ? owner : random.below(actors.length);
      const isUnknown = mixture.actions === true && random.chance(0.6);
      const action = isUnknown ? `action-${random.below(100)}` : random.pick(['read', 'edit', 'delete']);
      return { actor: actors[a], action, resource: document, allowed: permitted.has(`${a} ${action} ${d}`) };
    });
    return { mix };
  };
