import { expect, it } from 'vitest';
import { Oso } from './engine.js';

it.each(['f', 'policy.polar', 'x.polar'])(
  'loadStr() does not read the text %s as a file name',
  async (text) => {
    await expect(new Oso().loadStr(text)).rejects.toMatchObject({ name: 'PolicyError' });
  },
);
