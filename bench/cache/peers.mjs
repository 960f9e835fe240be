// The caches that ours is compared with, as far as they are installed: npm install --prefix bench

const MAKERS = {
  'bentocache, two tiers': async (url) => {
    const { BentoCache, bentostore } = await import('bentocache');
    const { memoryDriver } = await import('bentocache/drivers/memory');
    const { redisDriver } = await import('bentocache/drivers/redis');
    const { hostname: host, port, password } = new URL(url);
    const connection = { host, port: Number(port), password };
    const store = bentostore().useL1Layer(memoryDriver()).useL2Layer(redisDriver({ connection }));
    const bento = new BentoCache({ default: 'two', stores: { two: store } });
    return {
      get: (key) => bento.get({ key }),
      set: (key, value, tags) => bento.set({ key, value, tags, ttl: '1h' }),
      getOrSet: (key, factory) => bento.getOrSet({ key, factory, ttl: '1h' }),
      close: () => bento.disconnectAll(),
    };
  },
  'cacheable, two tiers': async (url) => {
    const { Cacheable } = await import('cacheable');
    const { default: KeyvRedis } = await import('@keyv/redis');
    const cacheable = new Cacheable({ secondary: new KeyvRedis(url), ttl: '1h' });
    return {
      get: (key) => cacheable.get(key),
      set: (key, value) => cacheable.set(key, value),
      getOrSet: (key, factory) => cacheable.getOrSet(key, factory),
      close: () => cacheable.disconnect(),
    };
  },
  'cache-manager on @keyv/redis': async (url) => {
    const { createCache } = await import('cache-manager');
    const { createKeyv } = await import('@keyv/redis');
    const manager = createCache({ stores: [createKeyv(url)], ttl: 3_600_000 });
    return {
      get: (key) => manager.get(key),
      set: (key, value) => manager.set(key, value),
      getOrSet: (key, factory) => manager.wrap(key, factory),
      close: () => manager.disconnect(),
    };
  },
};

/** Opens a peer by its name. */
export async function openPeer(name, url) {
  return { name, ...(await MAKERS[name](url)) };
}

/** Opens every peer that is installed. */
export async function openPeers(url) {
  const opened = await Promise.all(
    Object.keys(MAKERS).map(async (name) => {
      try {
        return await openPeer(name, url);
      } catch (error) {
        if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
        return null;
      }
    }),
  );
  return opened.filter((peer) => peer !== null);
}
