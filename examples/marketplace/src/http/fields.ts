import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { MAX_ID } from './id.pipe.js';

// Postgres takes no NUL in a text; the other control characters only spoil logs and terminals.
const PRINTABLE = /^(?:\P{Cc}|[\t\n\r])*$/u;

interface WholeNumber {
  readonly min: number;
  readonly max: number;
  readonly example?: number;
}

/** Declares a DTO property that holds a whole number, and documents it. */
export function NumberField({ min, max, example }: WholeNumber): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ example, minimum: min, maximum: max }),
    Type(() => Number),
    IsInt(),
    Min(min),
    Max(max),
  );
}

/** Declares a DTO property that holds the id of a row, and documents it. */
export function IdField(example?: number): PropertyDecorator {
  return NumberField({ min: 1, max: MAX_ID, example });
}

/** Lets a DTO property be absent; it stands above the decorator that says what the property holds. */
export function OptionalField(description?: string): PropertyDecorator {
  return applyDecorators(IsOptional(), ApiPropertyOptional({ description }));
}

/** Declares a DTO property that holds trimmed text of 1 to `max` characters, and documents it. */
export function TextField(max: number, example: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ example, maxLength: max }),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value)),
    IsString(),
    Length(1, max),
    Matches(PRINTABLE, { message: '$property may hold no control characters but tabs and line ends' }),
  );
}

/** Declares a DTO property that becomes part of an address: small letters, digits and single hyphens. */
export function SlugField(example: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ example, maxLength: 60 }),
    IsString(),
    Length(2, 60),
    Matches(/^[a-z0-9]+(-[a-z0-9]+)*$/, {
      message: '$property may hold small letters, digits and single hyphens',
    }),
  );
}

/** Declares a DTO property that holds one of a few words, and documents it. */
export function ChoiceField(choices: readonly string[]): PropertyDecorator {
  return applyDecorators(ApiProperty({ enum: [...choices], example: choices[0] }), IsIn(choices));
}
