/** Shows how the URL of a REST endpoint is written, for error messages. @internal */
export const REST_URL_FORM = 'https://name.upstash.io';

const THIS_MACHINE = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Says what is wrong with a REST endpoint's URL without quoting it, since it may hold a token. @returns null when it is good. @internal */
export function restUrlProblem(text: string): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'is no URL';
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'has another scheme';
  if (url.username !== '' || url.password !== '') return 'has credentials in it, which belong in the token';
  if (url.search !== '' || url.hash !== '') return 'has a ? or #, which says nothing here';
  return url.protocol === 'https:' || THIS_MACHINE.test(url.hostname)
    ? null
    : 'sends the token unprotected over http://';
}
