import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger, ShutdownSignal } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { setUp } from './app.setup.js';
import { Environment } from './environment/environment.js';
import { ShortLogger } from './short-logger.js';

const app = await NestFactory.create(AppModule, { forceCloseConnections: true, logger: new ShortLogger() });
setUp(app);
app.enableShutdownHooks([ShutdownSignal.SIGINT, ShutdownSignal.SIGTERM], { useProcessExit: true });
const server = (await app.listen(app.get(Environment).port)) as Server;
const url = `http://localhost:${(server.address() as AddressInfo).port}`;
new Logger('Marketplace').log(
  `The API is at ${url}/api, its Swagger page at ${url}/docs (${Math.round(process.uptime() * 1000)} ms after the start)`,
);
