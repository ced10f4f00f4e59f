import type { NamedPolicy } from '@nanook/core';
import { configFile, fromConfig, type ProjectText, type Question } from './project-text.js';

/** A project that the page offers. */
export interface Sample {
  /** The name of its folder, which links use. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly project: ProjectText;
  /** The source in another library from which the policy was translated. */
  readonly original: { readonly name: string; readonly text: string } | undefined;
}

/** The content of `sample.json`. */
interface Description {
  readonly title: string;
  readonly description: string;
  readonly question: Question;
  readonly original?: string;
}

/** The sample that a first visit opens. It asks a question whose answer is *denied*, so that the reason is what a reader sees first. */
export const firstSample = 'gitclub';

/** Returns the samples from the texts of their files, by their paths: `../../samples/folders/policy/main.polar`. */
export function samplesOf(files: Readonly<Record<string, string>>): readonly Sample[] {
  const byFolder = new Map<string, Map<string, string>>();
  for (const [path, text] of Object.entries(files)) {
    const [, id = '', name = ''] = /samples\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const folder = byFolder.get(id) ?? new Map<string, string>();
    byFolder.set(id, folder.set(name, text));
  }
  return [...byFolder].map(([id, folder]) => sampleOf(id, folder)).toSorted(byTitle);
}

function sampleOf(id: string, files: ReadonlyMap<string, string>): Sample {
  const { title, description, question, original } = JSON.parse(files.get('sample.json')!) as Description;
  const config = JSON.parse(files.get(configFile)!) as Record<string, unknown>;
  const policies = [...files]
    .flatMap(([name, source]): NamedPolicy[] => (name.endsWith('.polar') ? [{ name, source }] : []))
    .toSorted((a, b) => Number(isMain(b)) - Number(isMain(a)));
  const text = original === undefined ? undefined : files.get(original);
  return {
    id,
    title,
    description,
    project: fromConfig(policies, config, question),
    original: original === undefined || text === undefined ? undefined : { name: original, text },
  };
}

const isMain = ({ name }: NamedPolicy): boolean => name.endsWith('/main.polar');

/** The first sample comes first. */
const byTitle = (a: Sample, b: Sample): number =>
  Number(b.id === firstSample) - Number(a.id === firstSample) || a.title.localeCompare(b.title, 'en');
