import { Module } from '@nestjs/common';
import { AccountRepository } from './account.repository.js';
import { AdminGuard } from './admin.guard.js';
import { AdminToken } from './admin-token.js';
import { AuthController } from './auth.controller.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { TokenService } from './token.service.js';

@Module({
  controllers: [AuthController],
  providers: [AccountRepository, AdminGuard, AdminToken, AuthGuard, AuthService, TokenService],
  exports: [AdminGuard, AdminToken, AuthGuard, TokenService],
})
export class AuthModule {}
