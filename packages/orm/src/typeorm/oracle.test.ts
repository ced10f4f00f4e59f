import assert from 'node:assert/strict';
import { describeOracle } from '../testing/describe-oracle.fixture.js';
import { typeormOn } from '../testing/typeorm.fixture.js';
import { typeorm } from './index.js';

describeOracle('typeorm()', async (database) => {
  const dataSource = await typeormOn(database);
  const list = typeorm(dataSource);
  return async (type, condition) => {
    const repository = dataSource.getRepository<{ id: number }>(type);
    const rows = await repository.createQueryBuilder('r').select('r.id').where(list(condition)).getMany();
    const found = await repository.find({ select: { id: true }, where: list.where(condition) });
    assert.deepEqual(found, rows);
    return rows.map(({ id }) => id);
  };
});
