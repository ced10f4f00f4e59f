import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnose, diagnoseWith } from '../diagnose.fixture.js';

const code = 'POLAR_CHECK_FOREIGN_NAME';

describe('foreign-name', () => {
  it('reports each use of a word for nil, true or false of another language, however often it is used', () => {
    expect(diagnose`
      f(x) if x.a = null or x.b = null;
      f(x) if x.a = True and x.b != undefined and x.c = FALSE;
      ?= None = 1;
    `).toEqual([
      { code, at: '1:15', data: { name: 'null', instead: 'nil' } },
      { code, at: '1:29', data: { name: 'null', instead: 'nil' } },
      { code, at: '2:15', data: { name: 'True', instead: 'true' } },
      { code, at: '2:31', data: { name: 'undefined', instead: 'nil' } },
      { code, at: '2:51', data: { name: 'FALSE', instead: 'false' } },
      { code, at: '3:4', data: { name: 'None', instead: 'nil' } },
    ]);
  });

  it('accepts a foreign name that the application registers', () => {
    const types = new TypeTable({}, { null: null });
    expect(diagnoseWith(types)`
      f(x) if x = null;
    `).toEqual([]);
  });
});
