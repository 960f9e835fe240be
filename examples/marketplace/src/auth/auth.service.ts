import { Injectable, UnauthorizedException } from '@nestjs/common';
import { AccountRepository } from './account.repository.js';
import type { LoginDto } from './auth.dto.js';
import { verifyPassword } from './password.js';
import { TokenService } from './token.service.js';

@Injectable()
export class AuthService {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly tokens: TokenService,
  ) {}

  /** @throws {UnauthorizedException} with one message, whichever of the two is wrong. */
  async login({ email, password }: LoginDto) {
    const account = await this.accounts.findByEmail(email);
    const correct = await verifyPassword(password, account?.passwordHash);
    if (!account || !correct) throw new UnauthorizedException('The e-mail address or the password is wrong.');
    return { userId: account.id, ...this.tokens.issue(account.id) };
  }
}
