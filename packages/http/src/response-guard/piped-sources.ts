import type { ServerResponse } from 'node:http';
import { Duplex, type Readable } from 'node:stream';

/** The time in milliseconds after which a stream is destroyed whose response was blocked. */
const patienceMs = 10_000;

/** The streams that are piped into one response. */
export class PipedSources {
  readonly #sources = new Set<Readable>();
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  add(source: Readable): void {
    this.#sources.add(source);
  }

  delete(source: Readable): void {
    this.#sources.delete(source);
  }

  /**
   * Ends the streams of a blocked response without an error. Otherwise `pipeline` would fail when the error handler ends the response, and
   * the error would be reported twice, or end the process.
   */
  end(): void {
    const sources = [...this.#sources];
    // On the next tick, because a source may be emitting data now.
    process.nextTick(() => sources.forEach((source) => this.#end(source)));
  }

  #end(source: Readable): void {
    if (source.destroyed) return;
    source.emit('end');
    source.unpipe(this.#response);
    if (!(source instanceof Duplex)) {
      source.destroy();
      return;
    }
    // Destroying a duplex stream would be an error for the streams that are piped into it.
    source.resume();
    setTimeout(() => source.destroy(), patienceMs).unref();
  }
}
