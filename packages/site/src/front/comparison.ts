/** A statement about a library, and the page that proves it. A path without a host is a page of this site. */
export interface Claim {
  readonly text: string;
  readonly proof: string;
}

/** The libraries and services of the comparison, in the order of the columns. */
export const compared = ['Nanook', 'CASL', 'Casbin', 'Cerbos', 'OpenFGA', 'Oso Cloud', 'ZenStack'] as const;

/** A row of the comparison: a topic, and one statement for each of the compared. */
export interface ComparedTopic {
  readonly topic: string;
  readonly claims: Readonly<Record<(typeof compared)[number], Claim>>;
}

const casl = 'https://github.com/stalniy/casl/blob/master/';

export const comparison: readonly ComparedTopic[] = [
  {
    topic: 'A decision is made',
    claims: {
      Nanook: { text: 'in your process', proof: 'guides/getting-started/' },
      CASL: { text: 'in your process, also in the browser', proof: `${casl}packages/casl-ability/README.md` },
      Casbin: { text: 'in your process', proof: 'https://casbin.org/docs' },
      Cerbos: {
        text: 'by a server beside your application',
        proof: 'https://docs.cerbos.dev/cerbos/latest/deployment/k8s-service',
      },
      OpenFGA: {
        text: 'by a server with its own database',
        proof: 'https://openfga.dev/docs/getting-started/perform-list-objects',
      },
      'Oso Cloud': { text: 'by a hosted service', proof: 'https://osohq.com/docs' },
      ZenStack: {
        text: 'in the client of its ORM',
        proof: 'https://zenstack.dev/docs/orm/access-control/query',
      },
    },
  },
  {
    topic: 'Rules are written in',
    claims: {
      Nanook: { text: 'Polar', proof: 'guides/policies/language/' },
      CASL: { text: 'JavaScript', proof: `${casl}docs-src/src/content/pages/guide/define-rules/en.md` },
      Casbin: { text: 'a model file and a list of policies', proof: 'https://casbin.org/docs' },
      Cerbos: {
        text: 'YAML with conditions in CEL',
        proof: 'https://docs.cerbos.dev/cerbos/latest/policies/conditions',
      },
      OpenFGA: {
        text: 'a modeling language of relations',
        proof: 'https://openfga.dev/docs/configuration-language',
      },
      'Oso Cloud': { text: 'Polar', proof: 'https://osohq.com/docs' },
      ZenStack: {
        text: 'attributes in the schema of the ORM',
        proof: 'https://zenstack.dev/docs/orm/access-control/write-policies',
      },
    },
  },
  {
    topic: 'Data comes from',
    claims: {
      Nanook: { text: 'your objects and rows, as they are', proof: 'guides/types/classes-and-rows/' },
      CASL: { text: 'your objects', proof: `${casl}packages/casl-ability/README.md` },
      Casbin: { text: 'policies in a file or a database, and the request', proof: 'https://casbin.org/docs' },
      Cerbos: {
        text: 'attributes in each request',
        proof: 'https://docs.cerbos.dev/cerbos/latest/policies/conditions',
      },
      OpenFGA: {
        text: 'relations that you write to its server',
        proof: 'https://openfga.dev/docs/interacting/relationship-queries',
      },
      'Oso Cloud': {
        text: 'facts in the service, or SQL on your PostgreSQL',
        proof: 'https://osohq.com/docs/authorization-data/local-authorization',
      },
      ZenStack: {
        text: 'your database, through its ORM',
        proof: 'https://zenstack.dev/docs/orm/access-control/query',
      },
    },
  },
  {
    topic: 'Lists of allowed rows',
    claims: {
      Nanook: { text: 'a condition for eight ORMs and query builders', proof: 'guides/filtering/lists/' },
      CASL: { text: 'a condition for Prisma or Mongoose', proof: `${casl}packages/casl-prisma/README.md` },
      Casbin: { text: 'a batch of checks', proof: 'https://casbin.org/docs/data-permissions/' },
      Cerbos: {
        text: 'a query plan, with adapters for ORMs',
        proof: 'https://docs.cerbos.dev/cerbos/latest/recipes/query-plan-adapters',
      },
      OpenFGA: {
        text: 'a list of ids',
        proof: 'https://openfga.dev/docs/getting-started/perform-list-objects',
      },
      'Oso Cloud': {
        text: 'a list of ids, or SQL for your database',
        proof: 'https://www.osohq.com/docs/app-integration/integrate-authorization/filter-lists',
      },
      ZenStack: {
        text: 'each query of its ORM',
        proof: 'https://zenstack.dev/docs/orm/access-control/query',
      },
    },
  },
  {
    topic: 'Explains a denial by',
    claims: {
      Nanook: { text: 'the condition that failed, its values and its line', proof: 'guides/why-is-it-404/' },
      CASL: {
        text: 'the rule that forbids, with a reason that you wrote',
        proof: `${casl}docs-src/src/content/pages/advanced/debugging-testing/en.md`,
      },
      Casbin: {
        text: 'the policy that matched',
        proof: 'https://github.com/casbin/node-casbin/blob/master/src/coreEnforcer.ts',
      },
      Cerbos: {
        text: 'the policy that decided, and traces',
        proof: 'https://docs.cerbos.dev/cerbos/0.52.0/policies/debugging',
      },
      OpenFGA: {
        text: 'the tree of a relation',
        proof: 'https://openfga.dev/docs/interacting/relationship-queries',
      },
      'Oso Cloud': {
        text: 'each path, with its facts, on a page of the service',
        proof: 'https://www.osohq.com/docs/app-integration/troubleshooting/explain',
      },
      ZenStack: { text: 'a code in the error', proof: 'https://zenstack.dev/docs/orm/errors' },
    },
  },
];

/** Advantages of the others. */
export const othersDoBetter: readonly (Claim & { readonly name: string })[] = [
  {
    name: 'CASL',
    text: 'has components for React, Vue and Angular, and runs the same rules in the browser.',
    proof: 'https://github.com/stalniy/casl',
  },
  {
    name: 'Casbin',
    text: 'has implementations in more than ten languages, and dozens of adapters that store policies.',
    proof: 'https://casbin.org/docs',
  },
  {
    name: 'Cerbos',
    text: 'serves applications in any language, and its Hub has playgrounds, a build pipeline and the audit logs of a fleet.',
    proof: 'https://docs.cerbos.dev/cerbos-hub',
  },
  {
    name: 'OpenFGA',
    text: 'is a project of the CNCF, and holds relations for many services in one place.',
    proof: 'https://openfga.dev/project',
  },
  {
    name: 'Oso Cloud',
    text: 'is operated for you, and decides for several services with shared facts.',
    proof: 'https://osohq.com/docs',
  },
  {
    name: 'ZenStack',
    text: 'checks each query of its ORM, also those outside a request, so no handler can forget it.',
    proof: 'https://zenstack.dev/docs/orm/access-control/query',
  },
];
