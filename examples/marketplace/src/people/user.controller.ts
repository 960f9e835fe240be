import { Body, Controller, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { SignUpDto, UpdateUserDto } from './user.dto.js';
import { UserService } from './user.service.js';

@ApiTags('people')
@Controller('users')
export class UserController {
  constructor(private readonly users: UserService) {}

  @Get('me')
  @LoggedIn()
  @ApiOperation({ summary: 'Read the logged-in user' })
  me(@CurrentUser() user: AuthUser) {
    return this.users.find(user.id);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a user' })
  find(@Param('id', IdPipe) id: number) {
    return this.users.find(id);
  }

  @Post()
  @ApiOperation({ summary: 'Sign up' })
  signUp(@Body() dto: SignUpDto) {
    return this.users.signUp(dto);
  }

  @Patch(':id')
  @LoggedIn()
  @ApiOperation({ summary: 'Change oneself' })
  update(@Param('id', IdPipe) id: number, @Body() dto: UpdateUserDto, @CurrentUser() user: AuthUser) {
    return this.users.update(id, dto, user);
  }
}
