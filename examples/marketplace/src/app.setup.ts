import { type INestApplication, ValidationPipe } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { describeAdminRoutes } from './redis/admin-docs.js';

/** Gives the application what a module cannot: the prefix of its routes, validation, and the Swagger page. */
export function setUp(app: INestApplication): void {
  app.setGlobalPrefix('api');
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
  SwaggerModule.setup('docs', app, () => describe(app));
}

function describe(app: INestApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('The Creators’ Marketplace')
    .setDescription('Log in as user1@example.com to user400@example.com; the password is "marketplace".')
    .addBearerAuth(undefined, 'user')
    .addBearerAuth({ type: 'http', description: 'ADMIN_TOKEN' }, 'admin')
    .build();
  const document = SwaggerModule.createDocument(app, description);
  describeAdminRoutes(document);
  return document;
}
