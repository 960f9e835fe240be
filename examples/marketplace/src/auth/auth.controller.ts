import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RateLimit } from 'nestjs-redis-suite';
import { LoginDto } from './auth.dto.js';
import { AuthService } from './auth.service.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @RateLimit('login')
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in; every demo user has the password "marketplace"' })
  login(@Body() credentials: LoginDto) {
    return this.auth.login(credentials);
  }
}
