import type { OptionProblem } from '../common/errors.js';
import type { RestConnection } from './connection.options.js';
import { isToken } from './connection.rules.js';
import { present, type Environment } from './environment-text.js';
import type { FoundOption } from './found-option.js';
import { REST_URL_FORM, restUrlProblem } from './rest-url.js';

interface Found {
  /** Is the variable it was found in. */
  readonly name: string;
  readonly text: string;
}

/**
 * Looks for a REST endpoint in `REDIS_REST_URL` and `REDIS_REST_TOKEN`, or under the names that Upstash gives them.
 *
 * @param isUsed says whether it is to be used; else only contradictions are looked for.
 * @internal
 */
export function findEnvironmentRest(env: Environment, isUsed: boolean): FoundOption<RestConnection> {
  const problems: OptionProblem[] = [];
  const url = find(env, 'REDIS_REST_URL', problems);
  const token = find(env, 'REDIS_REST_TOKEN', problems);
  if (!isUsed || (url === null && token === null)) return { problems };
  problems.push(...urlProblems(url, token), ...tokenProblems(token, url));
  return url === null || token === null || problems.length > 0
    ? { problems }
    : { value: { rest: { url: url.text, token: token.text } }, problems };
}

function find(env: Environment, name: string, problems: OptionProblem[]): Found | null {
  const [own, alias] = [name, `UPSTASH_${name}`].map((candidate) => {
    const text = present(env, candidate);
    return text === undefined ? null : { name: candidate, text };
  });
  if (own && alias && own.text !== alias.text) {
    const message = `says something else than ${own.name}; remove one of the two`;
    problems.push({ path: alias.name, message });
  }
  return own ?? alias ?? null;
}

function urlProblems(url: Found | null, token: Found | null): OptionProblem[] {
  if (url === null) {
    const message = 'is set, but REDIS_REST_URL is not; set it to the URL of that endpoint';
    return [{ path: token?.name ?? '', message }];
  }
  const problem = restUrlProblem(url.text);
  return problem === null ? [] : [{ path: url.name, message: `${problem}; write ${REST_URL_FORM}` }];
}

function tokenProblems(token: Found | null, url: Found | null): OptionProblem[] {
  if (token === null) {
    const message = 'is set, but REDIS_REST_TOKEN is not; set it to the token of that endpoint';
    return [{ path: url?.name ?? '', message }];
  }
  return isToken(token.text) ? [] : [{ path: token.name, message: 'must be a token without blanks' }];
}
