/** The state of a game. The rules of Polar read and change it. */
export class Game {
  here = 'bunks';
  readonly #places: Map<string, string>;
  readonly #events = new Set<string>();

  /** @param places the places of the things, by their keys */
  constructor(places: ReadonlyMap<string, string>) {
    this.#places = new Map(places);
  }

  /** Returns the key of the room in which a thing is, `pockets` or `nowhere`. */
  place_of(thing: string): string {
    return this.#places.get(thing) ?? 'nowhere';
  }

  has(thing: string): boolean {
    return this.place_of(thing) === 'pockets';
  }

  /** Returns whether an event has happened, such as `lit`. */
  is(event: string): boolean {
    return this.#events.has(event);
  }

  // The rules call these methods as conditions, so they return true.

  move(room: string): true {
    this.here = room;
    return true;
  }

  put(thing: string, place: string): true {
    this.#places.set(thing, place);
    return true;
  }

  note(event: string): true {
    this.#events.add(event);
    return true;
  }
}
