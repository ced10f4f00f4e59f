import { expect, it } from 'vitest';
import { Oso } from './engine.js';

it.each(['f', 'policy.polar', 'x.polar'])('reads a short policy text as a text: %s', async (text) => {
  await expect(new Oso().loadStr(text)).rejects.toMatchObject({ name: 'PolicyError' });
});
