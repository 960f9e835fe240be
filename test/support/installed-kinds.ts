import { findNativeBinary } from '../../src/testing/native-binary.js';
import type { TestServerKind } from '../../src/testing/test-redis.js';

/** Tells whether this machine has a server program; what can be tested only with one is left out without it. */
export const HAS_NATIVE_SERVER = findNativeBinary() !== null;

/** Lists the kinds of server that this machine can start. */
export const INSTALLED_KINDS: readonly TestServerKind[] = HAS_NATIVE_SERVER
  ? ['native', 'embedded']
  : ['embedded'];
