import type { OpenAPIObject } from '@nestjs/swagger';

/** Is where the admin routes of Redis are, below the global prefix. */
export const ADMIN_PATH = 'admin/redis';

const PATTERN = { type: 'string', example: 'cache:product:*' };
const CONFIRM = { type: 'string', description: 'The token of the dry run' };

/** Says what Swagger cannot read off the library's controllers. */
const OPERATIONS: Record<string, object> = {
  'get health': { summary: 'Tell how Redis does' },
  'get metrics': { summary: 'Count what this process does with Redis, and read what the servers say' },
  'get cache/stats': { summary: 'Count hits, misses and loads by cache' },
  'get locks': { summary: 'List the locks that are held' },
  'get rate-limits': { summary: 'Show the limits, and whom they refused most' },
  'delete cache': {
    summary: 'Flush what matches a pattern: answers 428 with a dry run, then executes it with its token',
    parameters: [
      { name: 'pattern', in: 'query', required: true, schema: PATTERN },
      { name: 'confirm', in: 'query', schema: CONFIRM },
    ],
  },
  'post cache/flush': {
    summary: 'Flush in two steps: { pattern } answers a dry run, { confirm } executes it',
    requestBody: {
      content: {
        'application/json': {
          schema: { type: 'object', properties: { pattern: PATTERN, confirm: CONFIRM } },
        },
      },
    },
  },
};

/** Describes the library's admin routes to Swagger, which knows only decorators of its own. */
export function describeAdminRoutes({ paths }: OpenAPIObject): void {
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const [method = '', path = ''] = route.split(' ');
    const known = paths[`/api/${ADMIN_PATH}/${path}`]?.[method as 'get'];
    if (known) Object.assign(known, { tags: ['redis'], security: [{ admin: [] }], ...operation });
  }
}
