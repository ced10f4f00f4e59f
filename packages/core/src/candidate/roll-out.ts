import { identityOf } from '../authorization/identity.js';
import { invalidOption } from '../authorization/invalid-option.js';
import { handleRejections } from '../host/handle-rejections.js';
import type { TypeSets } from '../host/type-set.js';
import { describeValue } from '../internal/descriptions.js';
import type { ActorIdentity, CandidateOptions } from './candidate-options.js';
import { reportError } from './compare.js';

/** Selects the actors for which a candidate decides. */
export class RollOut {
  readonly #options: CandidateOptions;
  readonly #typeSets: TypeSets;
  #percent = 0;
  #hasReported = false;

  constructor(options: CandidateOptions, typeSets: TypeSets) {
    this.#options = options;
    this.#typeSets = typeSets;
  }

  get percent(): number {
    return this.#percent;
  }

  /** @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
  set percent(percent: number) {
    if (!(typeof percent === 'number' && percent >= 0 && percent <= 100))
      throw invalidOption('percent', `must be a number from 0 to 100, found ${describeValue(percent)}`);
    this.#percent = percent;
  }

  /** Returns whether the candidate decides for an actor. It does not throw. */
  takes(actor: unknown): boolean {
    if (this.#percent === 0) return false;
    const { identify, seed = '' } = this.#options;
    try {
      const identity: unknown =
        identify === undefined ? identityOf(actor, this.#typeSets)?.id : identify(actor);
      if (identity === undefined || identity === null) return false;
      if (!isIdentity(identity)) return this.#refuse(identity);
      return placeOf(`${seed}${identity}`) * 100 < this.#percent;
    } catch (error) {
      reportError(error, this.#options, 'loadCandidate');
      return false;
    }
  }

  /** Reports once that `identify` has returned something else, such as a promise. The actor keeps the policy in use. */
  #refuse(identity: unknown): false {
    handleRejections(identity);
    if (this.#hasReported) return false;
    this.#hasReported = true;
    const reason = `must return a text, a number, null or undefined, found ${describeValue(identity)}`;
    reportError(invalidOption('identify', reason), this.#options, 'loadCandidate');
    return false;
  }
}

const isIdentity = (value: unknown): value is ActorIdentity =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';

/**
 * Returns the place of a text between 0 and 1, without 1. It is the same in every process, and the places of many texts are evenly
 * distributed. It is the 32-bit FNV-1a hash of the UTF-16 code units, mixed as in MurmurHash3 because the high bits of FNV-1a depend
 * too little on the last characters.
 */
export function placeOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
