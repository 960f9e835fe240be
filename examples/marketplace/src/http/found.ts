import { NotFoundException } from '@nestjs/common';

/** Gives back what a repository found. @throws {NotFoundException} when that is nothing. */
export function found<T>(value: T | undefined, thing: string): T {
  if (value === undefined) throw new NotFoundException(`There is no ${thing}.`);
  return value;
}
