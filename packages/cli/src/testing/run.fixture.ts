import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createColors } from 'picocolors';
import type { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { runProgram } from '../program.js';

export interface Run {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Returns an output without colors that keeps its texts. @param input the text of the standard input */
export function recordedIo(input = ''): Io & { readonly texts: { out: string; err: string } } {
  const texts = { out: '', err: '' };
  return {
    texts,
    out: (text) => void (texts.out += `${text}\n`),
    write: (text) => void (texts.out += text),
    err: (text) => void (texts.err += `${text}\n`),
    input: Readable.from([input]),
    progress: () => {},
    isCi: false,
    colors: createColors(false),
  };
}

/** Makes the working directory a new folder with these files. Paths can have folders. */
export async function enterFolder(files: Readonly<Record<string, string>>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nanook-cli-'));
  process.chdir(folder);
  await writeFiles(files);
}

/** Writes these files into the working directory. Paths can have folders. */
export async function writeFiles(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(name), { recursive: true });
    await writeFile(name, text);
  }
}

/** Runs `nanook` with these arguments in the working directory. */
export const nanook = (...args: readonly string[]): Promise<Run> => nanookWith('', ...args);

/** Runs `nanook` with a text as its standard input. */
export async function nanookWith(input: string, ...args: readonly string[]): Promise<Run> {
  const io = recordedIo(input);
  const code = await runProgram(args, io);
  return { code, ...io.texts };
}

export const contentOf = (file: string): Promise<string> => readFile(file, 'utf8');

/** A policy in which Ann owns the organization of the report, and Ben wrote the report. */
export const project = {
  'policy/main.polar': `actor User {}

resource Organization {
  roles = ["owner", "member"];
  "member" if "owner";
}

resource Note {
  permissions = ["read", "edit"];
  roles = ["reader"];
  relations = { organization: Organization };

  "read" if "reader";
  "edit" if "owner" on "organization";
  "reader" if "member" on "organization";
}

allow(actor, action, resource) if has_permission(actor, action, resource);
allow(user: User, "read", note: Note) if note.authorId = user.id;
has_relation(organization: Organization, "organization", note: Note) if
  note.organization = organization;
has_role(user: User, "owner", organization: Organization) if
  organization.ownerId = user.id;
`,
  'nanook.config.json': JSON.stringify({
    policies: 'policy/*.polar',
    types: {
      User: { fields: { id: 'Integer' } },
      Organization: { fields: { id: 'Integer', ownerId: 'Integer' } },
      Note: { fields: { id: 'Integer', authorId: 'Integer?', organization: 'Organization' } },
    },
    fixtures: {
      ann: { $type: 'User', id: 7 },
      ben: { $type: 'User', id: 8 },
      cem: { $type: 'User', id: 9 },
      acme: { $type: 'Organization', id: 1, ownerId: 7 },
      report: { $type: 'Note', id: 3, authorId: 8, organization: { $ref: 'acme' } },
    },
  }),
};
