import { drawMix, type Mix, type ExpectedCheck } from '../../mix.ts';
import { Random } from '../../random.ts';
import type { WorldOptions } from '../../scenario.ts';

export type RoleName = 'viewer' | 'editor';

export class Document {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}

export class Role {
  readonly name: RoleName;
  readonly document: Document;
  constructor(name: RoleName, document: Document) {
    this.name = name;
    this.document = document;
  }
}

export class User {
  readonly id: string;
  readonly roles: Role[] = [];
  readonly #byDocument = new Map<string, RoleName>();
  constructor(id: string) {
    this.id = id;
  }
  /** The same roles, by document. */
  roleOn(document: { readonly id: string }): RoleName | null {
    return this.#byDocument.get(document.id) ?? null;
  }
  give(name: RoleName, document: Document): void {
    this.roles.push(new Role(name, document));
    this.#byDocument.set(document.id, name);
  }
}

export interface ListWorld {
  readonly users: User[];
  readonly mix: Mix;
}

/** Creates users with roles on half of all documents. There are fewer users if they have many roles, to save memory. */
export function listWorld({ seed, size, checks }: WorldOptions): ListWorld {
  const random = new Random(seed);
  const documents = Array.from({ length: 2 * size }, (_, i) => new Document(`document-${i}`));
  const count = Math.max(1, Math.min(50, Math.floor(20_000 / size)));
  const viewers: Set<number>[] = [];
  const editors: Set<number>[] = [];
  const users = Array.from({ length: count }, (_, u) => {
    const user = new User(`user-${u}`);
    viewers.push(new Set());
    editors.push(new Set());
    const order = random.shuffle(documents.map((_, d) => d));
    for (const d of order.slice(0, size)) {
      const isEditor = random.chance(0.5);
      user.give(isEditor ? 'editor' : 'viewer', documents[d]!);
      viewers[u]!.add(d);
      if (isEditor) editors[u]!.add(d);
    }
    return user;
  });

  const mix = drawMix(random, checks, (): ExpectedCheck => {
    const u = random.below(users.length);
    const d = random.below(documents.length);
    const action = random.pick(['read', 'edit']);
    return {
      actor: users[u],
      action,
      resource: documents[d],
      allowed: (action === 'edit' ? editors : viewers)[u]!.has(d),
    };
  });
  return { users, mix };
}
