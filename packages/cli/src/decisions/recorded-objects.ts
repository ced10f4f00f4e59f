import { typed, type Authorizer } from '@nanook/core';
import type { DiffedCheck } from '@nanook/core/candidate';
import { readFieldInput } from '@nanook/core/filter';
import type { DecisionRecord, RecordedIdentity } from '@nanook/log';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { Io } from '../output/io.js';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';

/**
 * Finds the actors and resources of recorded decisions again: with the loaders of the configuration, among the fixtures, or as a row with
 * the recorded data.
 */
export class RecordedObjects {
  /** The objects that were found, by the type and the id. */
  readonly #found = new Map<string, Promise<unknown>>();
  /** The identities that no loader and no fixture knows. Their rows have only the recorded data. */
  readonly #incomplete = new Set<string>();

  constructor(
    private readonly project: Project,
    private readonly fixtures: Fixtures,
    private readonly authorizer: Authorizer,
  ) {}

  /**
   * Returns the check of a record; undefined for a request, whose record contains only its method and path.
   *
   * @throws {UsageError} when a loader fails
   */
  async checkOf({ kind, actor, action, resource, field }: DecisionRecord): Promise<DiffedCheck | undefined> {
    if (kind === 'allow_request') return undefined;
    const [who, what] = await Promise.all([this.#find(actor), this.#find(resource)]);
    return { kind, actor: who, action, resource: what, ...(field !== undefined && { field }) };
  }

  /** Names the objects whose rows have only the recorded data, so that conditions on other fields are undecided. */
  report(io: Pick<Io, 'err'>): void {
    const [first] = this.#incomplete;
    if (first === undefined) return;
    io.err(
      `${this.#incomplete.size} of the actors and resources, such as ${first}, had only the recorded data; add \`loaders\` to the configuration`,
    );
  }

  #find(identity: RecordedIdentity | null): Promise<unknown> {
    const key = JSON.stringify(identity);
    const found = this.#found.get(key) ?? this.#load(identity);
    this.#found.set(key, found);
    return found;
  }

  async #load(identity: RecordedIdentity | null): Promise<unknown> {
    if (identity === null) return null;
    const { type, id, ...data } = identity;
    if (type === undefined) return id === undefined ? data : numberOrText(id);
    if (id === undefined && Object.keys(data).length === 0 && Object.hasOwn(this.project.types, type))
      return this.authorizer.type(type);
    const { [type]: load } = this.project.config.loaders ?? {};
    const loaded = id === undefined || load === undefined ? undefined : await loadWith(load, type, id);
    const known = loaded ?? this.#fixture(type, id);
    if (known !== undefined) return known;
    this.#incomplete.add(labelOf(identity));
    const key = this.#keyOf(type);
    const row = { ...data, ...(id !== undefined && { [key]: this.#keyValue(type, key, id) }) };
    // A type that only the old policy names is not known.
    return Object.hasOwn(this.project.types, type) ? typed(type, row) : row;
  }

  #fixture(type: string, id: string | undefined): unknown {
    const key = this.#keyOf(type);
    return Object.values(this.fixtures).find(
      (value) =>
        typeof value === 'object' &&
        value !== null &&
        String((value as Record<string, unknown>)[key]) === id &&
        this.authorizer.policy.typesOf(value).includes(type),
    );
  }

  #keyOf(type: string): string {
    const { [type]: declared } = this.project.types;
    const key = typeof declared === 'object' ? declared.key : undefined;
    return typeof key === 'string' ? key : (key?.[0] ?? 'id');
  }

  /** Returns the id as its declared type; without one, as a number if it is written like one. */
  #keyValue(type: string, key: string, id: string): number | string {
    const { [type]: declared } = this.project.types;
    const field = typeof declared === 'object' ? declared.fields?.[key] : undefined;
    const plain = field && readFieldInput(field).type;
    return plain === 'String' || plain === String ? id : numberOrText(id);
  }
}

async function loadWith(load: (id: string) => unknown, type: string, id: string): Promise<unknown> {
  try {
    return (await load(id)) ?? undefined;
  } catch (error) {
    throw new UsageError(`the loader of ${type} in the configuration failed for ${id}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

const numberOrText = (id: string): number | string =>
  /^(0|[1-9]\d*)$/.test(id) && Number.isSafeInteger(Number(id)) ? Number(id) : id;

/** Returns a recorded actor or resource as text: `User:7`. */
export function labelOf(identity: RecordedIdentity | null): string {
  if (identity === null) return 'anonymous';
  const { type, id } = identity;
  return [type, id].filter((part) => part !== undefined).join(':') || JSON.stringify(identity);
}
