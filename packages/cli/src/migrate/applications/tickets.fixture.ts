import type { ApplicationFiles, HandEdit } from './load-application.fixture.js';

/** A help desk in TypeScript. Several modules import one instance, and two services create instances of their own. */
export const tickets: ApplicationFiles = {
  'package.json': '{\n  "dependencies": {\n    "oso": "^0.27.3"\n  }\n}\n',
  'policy/tickets.polar': `actor Agent {}

resource Ticket {
  permissions = ["read", "close"];
  roles = ["reporter", "assignee"];
  "read" if "reporter";
  "read" if "assignee";
  "close" if "assignee";
}

allow(actor, action, resource) if has_permission(actor, action, resource);
allow_request(agent: Agent, path: String) if path = "/tickets" or agent.name = "ann";

has_role(agent: Agent, "reporter", ticket: Ticket) if ticket.reporter = agent.name;
has_role(agent: Agent, "assignee", ticket: Ticket) if agent = ticket.assignee;
`,
  'src/model.ts': `export class Agent {
  constructor(readonly name: string) {}
}

export class Ticket {
  constructor(
    readonly id: number,
    readonly reporter: string,
    readonly assignee: Agent,
  ) {}
}

export class Report {
  constructor(readonly audience: string) {}
}
`,
  'src/authorization/oso.ts': `import { Oso } from 'oso';
import { Agent, Ticket } from '../model.js';

export const oso = new Oso<Agent, string, unknown>();

export async function loadPolicies(): Promise<void> {
  oso.registerClass(Agent);
  oso.registerClass(Ticket);
  await oso.loadFiles(['policy/tickets.polar']);
}
`,
  'src/authorization/index.ts': `export { loadPolicies, oso } from './oso.js';
`,
  'src/tickets/roles.ts': `import { Variable } from 'oso';
import { oso } from '../authorization/index.js';
import type { Agent, Ticket } from '../model.js';

export async function rolesOf(agent: Agent, ticket: Ticket): Promise<string[]> {
  const roles: string[] = [];
  for await (const answer of oso.queryRule('has_role', agent, new Variable('role'), ticket))
    roles.push(String(answer.get('role')));
  return roles.toSorted();
}

export const hasRole = async (agent: Agent, role: string, ticket: Ticket): Promise<boolean> =>
  await oso.queryRuleOnce('has_role', agent, role, ticket);
`,
  'src/tickets/tickets.ts': `import { ForbiddenError, NotFoundError } from 'oso/dist/src/errors';
import { oso as policy } from '../authorization/index.js';
import type { Agent, Ticket } from '../model.js';

export async function close(agent: Agent, ticket: Ticket): Promise<string> {
  try {
    await policy.authorize(agent, 'close', ticket);
    return 'closed';
  } catch (error) {
    if (error instanceof NotFoundError) return 'not found';
    if (error instanceof ForbiddenError) return 'forbidden';
    throw error;
  }
}

export const actions = async (agent: Agent, ticket: Ticket): Promise<unknown[]> =>
  [...(await policy.authorizedActions(agent, ticket))].toSorted();

export const mayRead = (agent: Agent, ticket: Ticket): Promise<boolean> => policy.isAllowed(agent, 'read', ticket);
`,
  'src/requests.ts': `import { Oso } from 'oso';
import { Agent, Ticket } from './model.js';

export class RequestPolicy {
  private readonly oso = new Oso();

  async start(): Promise<this> {
    this.oso.registerClass(Agent);
    this.oso.registerClass(Ticket);
    await this.oso.loadFiles(['policy/tickets.polar']);
    return this;
  }

  async allows(agent: Agent, path: string): Promise<boolean> {
    return await this.oso.queryRuleOnce('allow_request', agent, path);
  }
}
`,
  'src/reports.ts': `import { Oso } from 'oso';
import { Agent, Report } from './model.js';

export class ReportPolicy {
  private readonly oso: Oso;

  constructor() {
    this.oso = new Oso();
    this.oso.registerClass(Agent);
    this.oso.registerClass(Report);
  }

  async start(): Promise<this> {
    await this.oso.loadStr('allow(agent: Agent, "read", report: Report) if report.audience in ["all", agent.name];');
    return this;
  }

  mayRead(agent: Agent, report: Report): Promise<boolean> {
    return this.oso.isAllowed(agent, 'read', report);
  }
}
`,
  'src/main.ts': `import { loadPolicies } from './authorization/index.js';
import { Agent, Report, Ticket } from './model.js';
import { ReportPolicy } from './reports.js';
import { RequestPolicy } from './requests.js';
import { hasRole, rolesOf } from './tickets/roles.js';
import { actions, close, mayRead } from './tickets/tickets.js';

export async function answers(): Promise<unknown[]> {
  await loadPolicies();
  const [requests, reports] = [await new RequestPolicy().start(), await new ReportPolicy().start()];
  const [ann, ben, cem] = [new Agent('ann'), new Agent('ben'), new Agent('cem')];
  const ticket = new Ticket(1, 'ben', new Agent('ann'));
  const found: unknown[] = [];
  for (const agent of [ann, ben, cem])
    found.push([
      agent.name,
      await rolesOf(agent, ticket),
      await hasRole(agent, 'assignee', ticket),
      await actions(agent, ticket),
      await close(agent, ticket),
      await mayRead(agent, ticket),
      await requests.allows(agent, '/tickets'),
      await requests.allows(agent, '/admin'),
      await reports.mayRead(agent, new Report('all')),
      await reports.mayRead(agent, new Report('ben')),
    ]);
  return found;
}
`,
};

/** The changes by hand for which the list of the command asks. */
export const ticketEdits: readonly HandEdit[] = [
  ['src/reports.ts', `import { Oso } from 'oso';\n`, ''],
  [
    'src/reports.ts',
    /readonly oso: Authorizer;\n\n {2}constructor\(\) \{[^]*?\n {2}\}\n/,
    'oso!: Authorizer;\n',
  ],
  [
    'src/reports.ts',
    /await this\.oso\.loadStr\(\s*('.*'),?\s*\);/,
    `this.oso = await Authorizer.load({
      policies: $1,
      types: { Agent, Report },
    });`,
  ],
];
