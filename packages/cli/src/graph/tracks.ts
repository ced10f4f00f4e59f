import type { Channel, End, Port, Route, Side } from './routes.js';

/** The distance between lines side by side. */
export const trackGap = 8;

/** The strip of a channel across its lines, and the number of the track of each source. Lines with one source share a track. */
export interface Strip {
  readonly start: number;
  readonly size: number;
  readonly tracks: ReadonlyMap<string, number>;
}

export type Tracks = ReadonlyMap<Channel, ReadonlyMap<string, number>>;

/** The heights of horizontal channels, and of the starts and ends of lines. */
export interface LineHeights {
  readonly strips: ReadonlyMap<Channel, Strip>;
  /** Returns where lines start or end. Lines that leave a name are above its middle, and those that reach it are below. */
  yOf(end: End, of: 'start' | 'end'): number;
}

export const centerOf = ({ start, size }: Strip): number => start + size / 2;

export function trackAt(strips: ReadonlyMap<Channel, Strip>, channel: Channel, source: string): number {
  const { start, size, tracks } = strips.get(channel)!;
  const count = Math.max(...tracks.values()) + 1;
  return start + (size * (tracks.get(source)! + 1)) / (count + 1);
}

export const keyOf = ({ place, kind, row, side }: Port): string =>
  JSON.stringify([place.type.name, kind, row, side]);

/** Gives each source its own track in each horizontal channel. */
export function horizontalTracks(routes: readonly Route[]): Tracks {
  const all = new Map<Channel, Map<string, number>>();
  for (const { from, channels } of routes)
    for (const [i, channel] of channels.entries()) {
      if (i % 2 === 0) continue;
      const tracks = all.get(channel) ?? new Map<string, number>();
      all.set(channel, tracks);
      if (!tracks.has(keyOf(from))) tracks.set(keyOf(from), tracks.size);
    }
  return all;
}

/** Gives sources whose lines are side by side their own tracks in vertical channels. Short lines are next to the names that they leave. */
export function verticalTracks(routes: readonly Route[], rows: LineHeights): Tracks {
  const spans = new Map<Channel, Map<string, Span>>();
  for (const { from, to, channels } of routes) {
    const source = keyOf(from);
    const yOf = (at: number): number =>
      at < 0
        ? rows.yOf(from, 'start')
        : at >= channels.length
          ? rows.yOf(to, 'end')
          : trackAt(rows.strips, channels[at]!, source);
    for (const [i, channel] of channels.entries()) {
      if (i % 2 === 1) continue;
      const ends = [yOf(i - 1), yOf(i + 1)];
      const own = spans.get(channel) ?? new Map<string, Span>();
      spans.set(channel, own);
      const known = own.get(source) ?? { top: Infinity, bottom: -Infinity, leaves: from.side };
      own.set(source, {
        leaves: known.leaves,
        top: Math.min(known.top, ...ends),
        bottom: Math.max(known.bottom, ...ends),
      });
    }
  }
  return new Map([...spans].map(([channel, own]) => [channel, packed(own)]));
}

interface Span {
  readonly top: number;
  readonly bottom: number;
  /** The side of the source that the line leaves. */
  readonly leaves: Side;
}

function packed(spans: ReadonlyMap<string, Span>): ReadonlyMap<string, number> {
  const tracks: Span[][] = [];
  const numbers = new Map<string, number>();
  const byLength = [...spans].toSorted(([, a], [, b]) => a.bottom - a.top - (b.bottom - b.top));
  for (const [source, span] of byLength) {
    const free = tracks.findIndex((others) =>
      others.every(({ top, bottom }) => bottom + trackGap < span.top || span.bottom + trackGap < top),
    );
    const track = free === -1 ? tracks.length : free;
    (tracks[track] ??= []).push(span);
    numbers.set(source, track);
  }
  const areAllOnRight = byLength.every(([, { leaves }]) => leaves === 'left');
  if (!areAllOnRight) return numbers;
  return new Map([...numbers].map(([source, track]) => [source, tracks.length - 1 - track]));
}
