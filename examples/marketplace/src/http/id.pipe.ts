import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';

/** Is the largest id a Postgres `integer` holds. */
export const MAX_ID = 2_147_483_647;

/** Turns a route parameter into an id, or answers 400 before it reaches the database. */
@Injectable()
export class IdPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    const id = /^[1-9]\d*$/.test(value) ? Number(value) : NaN;
    if (!(id <= MAX_ID)) throw new BadRequestException(`An id is a whole number from 1 to ${MAX_ID}.`);
    return id;
  }
}
