import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AdminToken } from './admin-token.js';
import { readAuthorization } from './authorization.js';

/** Lets administrators in: with the token as a bearer token, or in a browser as the password of any name. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(private readonly token: AdminToken) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const given = readAuthorization(request, 'Bearer') ?? passwordOf(readAuthorization(request, 'Basic'));
    if (given !== undefined && this.token.matches(given)) return true;
    http.getResponse<Response>().setHeader('WWW-Authenticate', 'Basic realm="marketplace admin"');
    throw new UnauthorizedException('This route is for administrators: send ADMIN_TOKEN as a bearer token.');
  }
}

function passwordOf(credentials: string | undefined): string | undefined {
  const decoded = Buffer.from(credentials ?? '', 'base64').toString();
  return credentials === undefined ? undefined : decoded.slice(decoded.indexOf(':') + 1);
}
