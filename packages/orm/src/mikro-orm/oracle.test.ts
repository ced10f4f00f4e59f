import { describeOracle } from '../testing/describe-oracle.fixture.js';
import { mikroOrmEntities, mikroOrmOn } from '../testing/mikro-orm.fixture.js';
import { mikroOrm } from './index.js';

describeOracle('mikroOrm()', async (database) => {
  const orm = await mikroOrmOn(database);
  const list = mikroOrm(orm);
  return async (type, condition) => {
    const rows = await orm.em.fork().find(mikroOrmEntities[type]!, list(condition), { fields: ['id'] });
    return rows.map(({ id }) => id);
  };
});
