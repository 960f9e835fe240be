export { RedisAdminModule } from './redis-admin.module.js';
export {
  RedisAdminOptions,
  type AdminAction,
  type AdminAuthorize,
  type AdminGuard,
} from './admin.options.js';
export type { FlushPlan, FlushResult } from './cache-flush.js';
