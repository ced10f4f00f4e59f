import type { DocPage } from './doc-page.ts';

/** A link of the navigation to a page. */
export interface NavigationPage {
  readonly file: string;
  readonly label: string;
}

/** A group of the navigation. */
export interface NavigationGroup {
  readonly label: string;
  readonly items: readonly (NavigationPage | NavigationGroup)[];
}

/** A group before its pages are known: pages by name, inner groups, and the other pages of a folder. */
interface Plan {
  readonly label: string;
  /** A file, or a file and its label if the title is too long for the navigation. */
  readonly items?: readonly (string | readonly [file: string, label: string] | Plan)[];
  /** A folder, whose pages that are not named elsewhere come last, in the order of their names. */
  readonly folder?: string;
}

/** The pages of an adapter, in the order in which an application needs them. */
const adapter = (label: string, folder: string, files: readonly string[]): Plan => ({
  label,
  items: files.map((file) => `guides/${folder}/${file}.md`),
  folder: `guides/${folder}`,
});
const webPages = [
  'getting-started',
  'actor',
  'requirement-scope',
  'unprotected-routes',
  'awaiting-checks',
  'listing-routes',
];

/** The navigation: the paths of four readers, then the pages to look things up. */
const plan: readonly Plan[] = [
  {
    label: 'New to Nanook',
    items: [
      ['README.md', 'All pages by task'],
      ['guides/getting-started.md', 'A first check in five minutes'],
      'guides/playground.md',
      { label: 'Tutorial', items: ['guides/tutorial/README.md'], folder: 'guides/tutorial' },
      'guides/why-is-it-404.md',
      'reference/glossary.md',
    ],
  },
  {
    label: 'Coming from …',
    items: [
      ['guides/moving/from-oso.md', 'oso'],
      ['guides/moving/from-oso-express.md', 'oso on Express'],
      ['guides/moving/from-oso-nestjs.md', 'oso on NestJS'],
      ['guides/moving/from-oso-prisma.md', 'oso on NestJS with Prisma'],
      ['guides/moving/from-casl.md', 'CASL'],
      ['guides/moving/from-nest-casl.md', 'nest-casl'],
      ['guides/moving/from-casbin.md', 'Casbin'],
      ['guides/moving/from-oso-cloud.md', 'Oso Cloud'],
      ['guides/moving/from-accesscontrol.md', 'accesscontrol'],
    ],
    folder: 'guides/moving',
  },
  {
    label: 'Add it to your application',
    items: [
      adapter('Express', 'express', webPages),
      adapter('Fastify', 'fastify', webPages),
      adapter('Hono', 'hono', webPages),
      adapter('Koa', 'koa', webPages),
      adapter('NestJS', 'nestjs', [
        'getting-started',
        'module',
        'types',
        'actor',
        'requirements',
        'loading-resources',
        'audit',
      ]),
      ['guides/next.md', 'Next.js'],
      ['guides/trpc.md', 'tRPC'],
      ['guides/orpc.md', 'oRPC'],
      'guides/elysia.md',
      'guides/graphql-yoga.md',
      'guides/functions-and-jobs.md',
      {
        label: 'User interface',
        items: [['guides/user-interface/overview.md', 'Overview'], 'guides/user-interface/react.md'],
        folder: 'guides/user-interface',
      },
      {
        label: 'AI agents',
        items: [
          ['guides/agents/mcp.md', 'MCP servers'],
          'guides/agents/delegation.md',
          'guides/agents/gateways.md',
        ],
        folder: 'guides/agents',
      },
      { label: 'Identity', items: ['guides/identity/overview.md'], folder: 'guides/identity' },
      'guides/not-found-or-forbidden.md',
      {
        label: 'Lists of rows',
        items: [
          'guides/filtering/lists.md',
          'guides/filtering/pages.md',
          'guides/filtering/one-row.md',
          'guides/filtering/rows-from-your-orm.md',
          'guides/filtering/fields-in-lists.md',
          'guides/filtering/what-can-be-filtered.md',
        ],
        folder: 'guides/filtering',
      },
    ],
  },
  {
    label: 'Write policies',
    items: [
      {
        label: 'The language',
        items: ['guides/policies/language.md', 'guides/policies/roles.md', 'guides/policies/errors.md'],
        folder: 'guides/policies',
      },
      { label: 'Recipes', items: [['guides/recipes/README.md', 'All recipes']], folder: 'guides/recipes' },
      {
        label: 'Types',
        items: ['guides/types/classes-and-rows.md', 'guides/types/fields.md'],
        folder: 'guides/types',
      },
      { label: 'Testing', items: ['guides/testing/policies.md'], folder: 'guides/testing' },
      'guides/editors.md',
      'guides/debugging.md',
    ],
  },
  {
    label: 'Run it in production',
    items: [
      ['guides/deploying.md', 'Deploying'],
      'guides/auditing.md',
      ['guides/decision-log.md', 'The decision log'],
      'guides/audit-formats.md',
      'guides/opentelemetry.md',
      'guides/reloading.md',
      'guides/rolling-out-a-policy.md',
      'guides/several-processes.md',
      'guides/decision-server.md',
      'guides/envoy.md',
      'guides/caching.md',
      'guides/compiling-ahead-of-time.md',
    ],
  },
  {
    label: 'Command line',
    items: [
      ['guides/command-line/README.md', 'Overview'],
      'guides/command-line/configuration.md',
      'guides/command-line/ci.md',
    ],
    folder: 'guides/command-line',
  },
  {
    label: 'Reference',
    items: [
      'reference/polar.md',
      'reference/built-ins.md',
      'reference/undecided.md',
      'reference/authorizer.md',
      'reference/limits.md',
      'reference/server.md',
      'reference/language-server.md',
      ['reference/codes.md', 'Errors, warnings and lints'],
      ['reference/errors.md', 'Messages of the core'],
      ['reference/web-errors.md', 'Messages of the adapters'],
      ['reference/orm-errors.md', 'Messages of data filtering'],
      ['reference/log-errors.md', 'Messages of the log'],
      'reference/performance.md',
    ],
    folder: 'reference',
  },
  { label: 'Design', items: ['architecture.md', { label: 'Decisions', folder: 'decisions' }] },
];

/** Pages that an index lists, and not the navigation: those of codes and of exports. */
const isListedElsewhere = ({ file }: DocPage): boolean =>
  file.startsWith('reference/codes/') || (file.startsWith('api/') && !file.endsWith('README.md'));

/**
 * Returns the groups of the navigation with all pages.
 *
 * @throws {Error} when a page has no place
 */
export function navigation(pages: readonly DocPage[]): readonly NavigationGroup[] {
  const named = new Set(filesOf(plan));
  const groups = [...plan.map((each) => groupOf(each, pages, named)), ...apiGroup(pages)];
  const shown = new Set(groups.flatMap(filesIn));
  const missing = pages
    .filter((page) => !isListedElsewhere(page) && !shown.has(page.file))
    .map(({ file }) => `docs/${file}`);
  if (missing.length > 0)
    throw new Error(`expected each page in packages/site/src/docs/navigation.ts; add ${missing.join(', ')}`);
  return groups;
}

/** Returns the group of the entries of all packages, if the reference of the API is there. */
function apiGroup(pages: readonly DocPage[]): readonly NavigationGroup[] {
  const entries = pages.filter((page) => page.file.startsWith('api/') && !isListedElsewhere(page));
  if (entries.length === 0) return [];
  const items = entries.map(({ file, title }) => ({
    file,
    label: file === 'api/README.md' ? 'All packages' : title,
  }));
  return [
    {
      label: 'API',
      items: items.toSorted((a, b) => (a.file === 'api/README.md' ? -1 : a.label < b.label ? -1 : 1)),
    },
  ];
}

function groupOf(group: Plan, pages: readonly DocPage[], named: ReadonlySet<string>): NavigationGroup {
  const items = (group.items ?? []).flatMap((item): NavigationGroup['items'] => {
    if (typeof item === 'object' && 'label' in item) {
      const inner = groupOf(item, pages, named);
      return inner.items.length > 0 ? [inner] : [];
    }
    const [file, label] = typeof item === 'string' ? [item] : item;
    const page = pages.find((each) => each.file === file);
    return page === undefined ? [] : [{ file, label: label ?? labelOf(page) }];
  });
  const others = pages.filter(
    ({ file }) =>
      group.folder !== undefined &&
      file.startsWith(`${group.folder}/`) &&
      !named.has(file) &&
      !file.slice(group.folder.length + 1).includes('/'),
  );
  return {
    label: group.label,
    items: [...items, ...others.map((page) => ({ file: page.file, label: labelOf(page) }))],
  };
}

/** Returns the title of a page without the topic that its group names already, such as "Express: ". */
function labelOf({ title, file }: DocPage): string {
  const label = file.startsWith('decisions/')
    ? title
    : title.replace(/^(Express|Koa|NestJS|Policies|Identity|Types|Recipe): /, '');
  // The name of a command stays in lower case, without that of the program.
  if (label.startsWith('nanook ')) return label.slice('nanook '.length);
  return label[0]!.toUpperCase() + label.slice(1);
}

function filesOf(groups: readonly Plan[]): readonly string[] {
  return groups.flatMap(({ items = [] }) =>
    items.flatMap((item) => {
      if (typeof item === 'string') return [item];
      return 'label' in item ? filesOf([item]) : [item[0]];
    }),
  );
}

const filesIn = (item: NavigationPage | NavigationGroup): readonly string[] =>
  'items' in item ? item.items.flatMap(filesIn) : [item.file];
