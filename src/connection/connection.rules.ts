import { rule } from '../common/option-rules.js';
import { URL_FORM, urlProblem } from './redis-url.js';
import { REST_URL_FORM, restUrlProblem } from './rest-url.js';

/** Accepts a `redis://` or `rediss://` URL; the value, which may hold a password, stays out of the message. @internal */
export const IsRedisUrl = (): PropertyDecorator =>
  rule({
    name: 'isRedisUrl',
    mustBe: `a URL such as ${URL_FORM}`,
    accepts: (value) => typeof value === 'string' && urlProblem(value) === null,
    secret: true,
  });

/** Accepts the URL of a REST endpoint; the value, which may hold a token, stays out of the message. @internal */
export const IsRestUrl = (): PropertyDecorator =>
  rule({
    name: 'isRestUrl',
    mustBe: `a URL such as ${REST_URL_FORM}; http:// only for this machine`,
    accepts: (value) => typeof value === 'string' && restUrlProblem(value) === null,
    required: true,
    secret: true,
  });

/** Accepts what can stand in a header, and never shows it. @internal */
export const IsToken = (): PropertyDecorator =>
  rule({
    name: 'isToken',
    mustBe: 'a token without blanks',
    accepts: (value) => typeof value === 'string' && isToken(value),
    required: true,
    secret: true,
  });

/** Accepts any text and never shows it. @internal */
export const IsSecretText = (): PropertyDecorator =>
  rule({
    name: 'isSecretText',
    mustBe: 'a text',
    accepts: (value) => typeof value === 'string',
    secret: true,
  });

/** Accepts true, false or an object of Node's TLS options. @internal */
export const IsTlsChoice = (): PropertyDecorator =>
  rule({
    name: 'isTlsChoice',
    mustBe: "true, false, or an object of Node's TLS options",
    accepts: (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
    secret: true,
  });

/** Accepts a host name or address; what stands there in its place, perhaps a URL, stays out of the message. @internal */
export const IsHost = (): PropertyDecorator =>
  rule({ name: 'isHost', mustBe: 'a host name or address', accepts: isHost, secret: true });

/** Accepts a list of `{ host, port? }`; what stands there in its place stays out of the message. @internal */
export const IsServerList = (): PropertyDecorator =>
  rule({
    name: 'isServerList',
    mustBe: 'a list of at least one { host, port }',
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isAddress),
    required: true,
    secret: true,
  });

/** Accepts an ioredis client, from whichever copy of ioredis. @internal */
export const IsRedisClient = (): PropertyDecorator =>
  rule({
    name: 'isRedisClient',
    mustBe: 'an ioredis Redis or Cluster',
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      ['call', 'defineCommand', 'duplicate'].every((name) => name in value),
  });

/** Accepts a secret of at least 16 characters, or a list of them; never shows one. @internal */
export const IsSecretList = (): PropertyDecorator =>
  rule({
    name: 'isSecretList',
    mustBe: 'a text of at least 16 characters, or a list of such texts, the one that signs first',
    accepts: (value) => {
      const secrets = [value].flat();
      return (
        secrets.length > 0 && secrets.every((secret) => typeof secret === 'string' && secret.length >= 16)
      );
    },
    secret: true,
  });

/** Tells whether a text can be a token. @internal */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function isHost(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s/@]+$/.test(value);
}

function isAddress(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { host, port = 1 } = value as { host?: unknown; port?: unknown };
  return isHost(host) && Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535;
}
