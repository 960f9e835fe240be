import 'reflect-metadata';
import { Logger, ShutdownSignal } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { setUp } from './app.setup.js';
import { Environment } from './environment/environment.js';

const app = await NestFactory.create(AppModule, { forceCloseConnections: true });
setUp(app);
app.enableShutdownHooks([ShutdownSignal.SIGINT, ShutdownSignal.SIGTERM], { useProcessExit: true });
const { port } = app.get(Environment);
await app.listen(port);
new Logger('Marketplace').log(
  `Open http://localhost:${port}/docs (${Math.round(process.uptime() * 1000)} ms after the start)`,
);
