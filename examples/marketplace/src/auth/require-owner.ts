import { ForbiddenException, NotFoundException } from '@nestjs/common';
import type { AuthUser } from './auth-user.js';

/**
 * Refuses a change by anybody but the owner.
 *
 * @throws {NotFoundException} when `ownerId` is undefined: there is no such thing.
 * @throws {ForbiddenException} when it belongs to someone else.
 */
export function requireOwner(ownerId: number | undefined, user: AuthUser, thing: string): void {
  if (ownerId === undefined) throw new NotFoundException(`There is no ${thing}.`);
  if (ownerId !== user.id) throw new ForbiddenException(`This is not yours: ${thing}.`);
}
