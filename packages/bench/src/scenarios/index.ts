import type { Scenario } from '../scenario.ts';
import { abac, pass } from './abac/index.ts';
import { flat } from './flat/index.ts';
import { folders } from './folders/index.ts';
import { copies, gitclub } from './gitclub/index.ts';
import { lookUp, scan } from './list/index.ts';
import { promises, rbac } from './rbac/index.ts';

export const scenarios: readonly Scenario[] = [
  rbac,
  gitclub,
  abac,
  copies,
  folders,
  scan,
  lookUp,
  pass,
  promises,
  flat,
];
