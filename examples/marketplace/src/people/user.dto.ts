import { ApiProperty, PartialType, PickType } from '@nestjs/swagger';
import { IsEmail, IsISO31661Alpha2, IsString, Length, MaxLength } from 'class-validator';
import { TextField } from '../http/fields.js';

export class SignUpDto {
  @ApiProperty({ example: 'new.face@example.com' })
  @IsEmail()
  @MaxLength(254)
  email!: string;

  @ApiProperty({ example: 'correct horse', minLength: 10, maxLength: 200 })
  @IsString()
  @Length(10, 200)
  password!: string;

  @TextField(80, 'Nora Lind')
  name!: string;

  @ApiProperty({ example: 'SE' })
  @IsISO31661Alpha2()
  country!: string;
}

export class UpdateUserDto extends PartialType(PickType(SignUpDto, ['name', 'country'])) {}
