import type { ServerResponse } from 'node:http';
import { Duplex, type Readable } from 'node:stream';

/** The time that a stream has to go on to its end, in milliseconds, once what it sends goes nowhere. */
const patienceMs = 10_000;

/** The streams that are piped into a response. */
export class PipedSources {
  readonly #sources = new Set<Readable>();
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('pipe', (source: Readable) => this.#sources.add(source));
    response.on('unpipe', (source: Readable) => this.#sources.delete(source));
  }

  /**
   * Ends the streams of a response that was blocked, without an error. Otherwise `pipeline` would fail, because the response is closed
   * by those who answer the error, and so the error would be reported twice, or end the process.
   */
  end(): void {
    const sources = [...this.#sources];
    // Not while a source is amid sending.
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
    // Those that are piped into it would fail if it were destroyed.
    source.resume();
    setTimeout(() => source.destroy(), patienceMs).unref();
  }
}
