import { type INestApplication, ValidationPipe } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** Gives the application what a module cannot: the prefix of its routes, validation, and the Swagger page. */
export function setUp(app: INestApplication): void {
  app.setGlobalPrefix('api');
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
  const description = new DocumentBuilder()
    .setTitle('The Creators’ Marketplace')
    .setDescription('Log in as user1@example.com to user400@example.com; the password is "marketplace".')
    .addBearerAuth(undefined, 'user')
    .addBearerAuth({ type: 'http', description: 'ADMIN_TOKEN' }, 'admin')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description));
}
