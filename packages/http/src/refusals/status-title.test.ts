import { STATUS_CODES } from 'node:http';
import { expect, it } from 'vitest';
import { statusTitle } from './status-title.js';

it('statusTitle returns the title that Node has, for each status that a refusal or an error can have', () => {
  const statuses = [...Array.from({ length: 100 }, (_, i) => 400 + i), 500, 503];
  expect(statuses.map(statusTitle)).toEqual(statuses.map((status) => STATUS_CODES[status]));
});
