import { describeOracle } from '../testing/describe-oracle.fixture.js';
import { sequelizeOn } from '../testing/sequelize.fixture.js';
import { sequelize } from './index.js';

describeOracle('sequelize()', (database) => {
  const db = sequelizeOn(database);
  const list = sequelize(db);
  return async (type, condition) => {
    const rows = await db.models[type]!.findAll({ attributes: ['id'], where: list(condition) });
    return rows.map((row) => row.get('id'));
  };
});
