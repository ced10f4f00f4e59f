import type { ApplicationFiles, ApplicationRequest, HandEdit } from './load-application.fixture.js';

/** Expenses in JavaScript with `require`. One module creates the instance, and wraps its methods for the others. */
export const expenses: ApplicationFiles = {
  'package.json': '{\n  "dependencies": {\n    "express": "^5.0.0",\n    "oso": "^0.27.3"\n  }\n}\n',
  'policy/expenses.polar': `allow(user: User, "read", expense: Expense) if
  expense.submittedBy = user.name;

allow(user: User, action, expense: Expense) if
  manager(user) and
  expense.team = user.team and
  action in ["read", "approve"] and
  expense.amount <= APPROVAL_LIMIT;

allow_field(user: User, "read", expense: Expense, field) if
  allow(user, "read", expense) and
  field in ["id", "amount"];

manager(user: User) if user.isManager = true;
`,
  'src/models.js': `class User {
  constructor(name, team, isManager) {
    Object.assign(this, { name, team, isManager });
  }
}

class Expense {
  constructor(id, submittedBy, team, amount) {
    Object.assign(this, { id, submittedBy, team, amount });
  }
}

const users = [new User('ann', 'sales', true), new User('ben', 'sales', false), new User('cem', 'lab', false)];
const expenses = [new Expense(1, 'ben', 'sales', 40), new Expense(2, 'ben', 'sales', 4000), new Expense(3, 'cem', 'lab', 7)];

module.exports = { User, Expense, users, expenses };
`,
  'src/authorization.js': `const path = require('node:path');
const { ForbiddenError, NotFoundError, Oso } = require('oso');
const { Expense, User } = require('./models');

let started;

async function start() {
  const oso = new Oso();
  oso.registerClass(User);
  oso.registerClass(Expense);
  oso.registerConstant(1000, 'APPROVAL_LIMIT');
  await oso.loadFiles([path.join('policy', 'expenses.polar')]);
  return oso;
}

function getOso() {
  started ??= start();
  return started;
}

async function isAllowed(user, action, resource) {
  const oso = await getOso();
  return oso.isAllowed(user, action, resource);
}

async function authorize(user, action, resource) {
  const oso = await getOso();
  await oso.authorize(user, action, resource);
  return resource;
}

async function readableFields(user, resource) {
  return (await getOso()).authorizedFields(user, 'read', resource);
}

async function isManager(user) {
  const oso = await getOso();
  return oso.queryRuleOnce('manager', user);
}

function sendError(error, _req, res, next) {
  if (error instanceof NotFoundError) res.status(404).json({ error: 'not found' });
  else if (error instanceof ForbiddenError) res.status(403).json({ error: 'forbidden' });
  else next(error);
}

module.exports = { authorize, isAllowed, isManager, readableFields, sendError };
`,
  'src/app.js': `const express = require('express');
const authorization = require('./authorization');
const { expenses, users } = require('./models');

const app = express();

app.use((req, _res, next) => {
  req.user = users.find(({ name }) => name === req.get('x-user'));
  next();
});

app.get('/expenses', async (req, res) => {
  const visible = [];
  for (const expense of expenses)
    if (await authorization.isAllowed(req.user, 'read', expense)) visible.push(expense.id);
  res.json({ visible, manager: await authorization.isManager(req.user) });
});

app.get('/expenses/:id', async (req, res) => {
  const expense = expenses.find(({ id }) => String(id) === req.params.id);
  await authorization.authorize(req.user, 'read', expense);
  res.json([...(await authorization.readableFields(req.user, expense))].sort());
});

app.post('/expenses/:id/approval', async (req, res) => {
  const expense = expenses.find(({ id }) => String(id) === req.params.id);
  await authorization.authorize(req.user, 'approve', expense);
  res.status(201).json({ approved: expense.id });
});

app.use(authorization.sendError);

module.exports = { app };
`,
};

export const expenseRequests: readonly ApplicationRequest[] = [
  ['ann', 'GET', '/expenses'],
  ['ben', 'GET', '/expenses'],
  ['nobody', 'GET', '/expenses/1'],
  ['ann', 'GET', '/expenses/1'],
  ['cem', 'GET', '/expenses/1'],
  ['ann', 'POST', '/expenses/1/approval'],
  ['ann', 'POST', '/expenses/2/approval'],
  ['ben', 'POST', '/expenses/1/approval'],
  ['cem', 'POST', '/expenses/1/approval'],
];

/** The list asks whether `authorization` is the authorizer, and it is a module with functions. */
export const expenseEdits: readonly HandEdit[] = [];
