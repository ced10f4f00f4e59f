import { useOsoPackage } from '../libraries/oso.ts';
import { Loop, verify } from '../measure.ts';
import type { Options } from '../options.ts';
import { scenarios } from '../scenarios/index.ts';

/** The time of one check with the original package and with the one that has its API. */
export interface OsoFigures {
  readonly id: string;
  readonly title: string;
  readonly osoNs: number;
  readonly nanookNs: number;
}

const ids = ['S1', 'S2', 'S3'];

/** Runs the same code of an application with `oso` and with `@nanook/oso`. Each answer is compared with the oracle first. */
export async function measureOso(options: Options): Promise<readonly OsoFigures[]> {
  const figures: OsoFigures[] = [];
  for (const { id, title, world, testSize, peers } of scenarios) {
    const { oso } = peers;
    if (!ids.includes(id) || typeof oso !== 'function') continue;
    const made = world({ seed: options.seed, size: testSize, checks: options.checks });
    const timed = async (name: 'oso' | '@nanook/oso'): Promise<number> => {
      useOsoPackage(name);
      const check = await oso(made);
      const loop = new Loop(check, made.mix, await verify(check, made.mix, options.verifyMs), true);
      await loop.round(options.warmMs);
      const rounds: number[] = [];
      for (let i = 0; i < options.rounds; i++) rounds.push(await loop.round(options.roundMs));
      return rounds.sort((a, b) => a - b)[Math.floor(rounds.length / 2)]!;
    };
    figures.push({ id, title, osoNs: await timed('oso'), nanookNs: await timed('@nanook/oso') });
  }
  return figures;
}

/** Prints the figures as a table. */
export function osoSection(figures: readonly OsoFigures[]): string {
  const rows = figures.map(({ id, title, osoNs, nanookNs }) => {
    const micro = (ns: number): string => `${(ns / 1000).toPrecision(3)} µs`;
    return `| ${id} ${title} | ${micro(osoNs)} | ${micro(nanookNs)} | ${Math.round(osoNs / nanookNs)} × |`;
  });
  return ['| checks | oso | @nanook/oso | faster by |', '| --- | ---: | ---: | ---: |', ...rows, ''].join(
    '\n',
  );
}
