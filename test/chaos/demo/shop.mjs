/** Is one instance of the demo under chaos: `shop.mjs '' <setup as JSON>`; tells its port by IPC. */
import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../../examples/marketplace/dist/app.module.js';
import { setUp } from '../../../examples/marketplace/dist/app.setup.js';
import { Database } from '../../../examples/marketplace/dist/database/database.js';
import { Environment } from '../../../examples/marketplace/dist/environment/environment.js';
import { redisOptions } from '../../../examples/marketplace/dist/redis/redis.options.js';
import { SuiteEvents } from '../../../dist/esm/common/events.js';
import { resolveRedisOptions } from '../../../dist/esm/redis.options.js';
import { RESOLVED_OPTIONS } from '../../../dist/esm/redis.providers.js';
import { answerFigures } from '../figures.ts';
import { RemotePostgres } from './remote-postgres.mjs';

const { connection } = JSON.parse(process.argv[3]);

// The demo takes URLs from the environment, which has no word for Sentinels and clusters.
const inject = [Environment, Database];
const factory = (environment, database) =>
  resolveRedisOptions({ ...redisOptions(environment, database), connection }, []);
const testing = await Test.createTestingModule({ imports: [AppModule] })
  .overrideProvider(Database)
  .useValue(new Database(new RemotePostgres(), false))
  .overrideProvider(RESOLVED_OPTIONS)
  .useFactory({ inject, factory })
  .compile();
const app = testing.createNestApplication({ logger: false });
setUp(app);

let longestMs = 0;
app
  .get(SuiteEvents)
  .on('connection:command', ({ durationMs }) => (longestMs = Math.max(longestMs, durationMs)));
answerFigures(() => longestMs);
process.on('disconnect', () => process.exit());
const server = await app.listen(0, '127.0.0.1');
process.send({ port: server.address().port });
