import { ConflictException, Injectable } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { hashPassword } from '../auth/password.js';
import { requireOwner } from '../auth/require-owner.js';
import { found } from '../http/found.js';
import { keys } from '../redis/keys.js';
import type { SignUpDto, UpdateUserDto } from './user.dto.js';
import { type User, UserRepository } from './user.repository.js';

@Injectable()
export class UserService {
  constructor(private readonly users: UserRepository) {}

  @Cached({ key: keys.cache.user, entity: ['user', '{id}'] })
  find(id: number): Promise<User> {
    return this.read(id);
  }

  /** @throws {ConflictException} when the e-mail address is taken. */
  async signUp(dto: SignUpDto): Promise<User> {
    const id = await this.users.insert(dto, await hashPassword(dto.password));
    if (id === undefined) throw new ConflictException('This e-mail address has an account already.');
    return this.read(id);
  }

  @InvalidateCache({ entity: ['user', '{id}'] })
  async update(id: number, dto: UpdateUserDto, user: AuthUser): Promise<User> {
    requireOwner(id, user, `user ${id}`);
    await this.users.update(id, dto);
    return this.read(id);
  }

  private async read(id: number): Promise<User> {
    return found(await this.users.find(id), `user ${id}`);
  }
}
