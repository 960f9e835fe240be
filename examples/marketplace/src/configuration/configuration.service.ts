import { BadRequestException, Injectable } from '@nestjs/common';
import { Cached, CacheWarmer, InvalidateCache } from 'nestjs-redis-suite';
import { found } from '../http/found.js';
import { ALL } from '../redis/entities.js';
import { keys } from '../redis/keys.js';
import { ConfigurationRepository, type Setting } from './configuration.repository.js';

@Injectable()
export class ConfigurationService {
  constructor(private readonly settings: ConfigurationRepository) {}

  @CacheWarmer('configuration')
  @Cached({ key: keys.cache.configuration, entity: ['configuration', () => ALL] })
  list(): Promise<Setting[]> {
    return this.settings.list();
  }

  /** Reads a setting that is a number. @throws {NotFoundException} when there is no setting of that name. */
  async number(name: string): Promise<number> {
    return Number(find(await this.list(), name).value);
  }

  /** @throws {BadRequestException} when `value` is not of the type of the present one, or no sensible number. */
  @InvalidateCache({ entity: ['configuration', () => ALL] })
  async change(name: string, value: unknown): Promise<Setting> {
    const { value: present } = find(await this.settings.list(), name);
    if (typeof value !== typeof present) throw new BadRequestException(`${name} is a ${typeof present}.`);
    if (typeof value === 'number' && !(Number.isInteger(value) && value >= 0 && value <= 10_000)) {
      throw new BadRequestException(`${name} is a whole number from 0 to 10000.`);
    }
    await this.settings.update(name, value);
    return find(await this.settings.list(), name);
  }
}

function find(settings: readonly Setting[], name: string): Setting {
  return found(
    settings.find((setting) => setting.name === name),
    `setting ${name}`,
  );
}
