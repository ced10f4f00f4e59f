import type { Scenario } from '../scenario.ts';
import { abac, pass } from './abac/index.ts';
import { actions, fields } from './enumerations/index.ts';
import { flat } from './flat/index.ts';
import { folders, guardedFolders } from './folders/index.ts';
import { copies, gitclub } from './gitclub/index.ts';
import { lookUp, scan } from './list/index.ts';
import { mixed } from './mixed/index.ts';
import { facts, promises, rbac } from './rbac/index.ts';
import { rulesAllowed, rulesDenied } from './rules/index.ts';
import { undecided } from './undecided/index.ts';
import { deniedChecksOf } from './variants.ts';

export const scenarios: readonly Scenario[] = [
  rbac,
  gitclub,
  abac,
  copies,
  folders,
  guardedFolders,
  scan,
  lookUp,
  pass,
  promises,
  flat,
  rulesAllowed,
  rulesDenied,
  ...[rbac, gitclub, abac].map(deniedChecksOf),
  undecided,
  facts,
  actions,
  fields,
  ...mixed,
];
