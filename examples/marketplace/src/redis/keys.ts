import { defineKeys } from 'nestjs-redis-suite';

/** Names what the marketplace keeps in Redis, and says how long it lives. */
export const keys = defineKeys({
  cache: {
    user: { params: ['id'], ttl: '1h', description: 'What everybody may know of a user' },
    creator: { params: ['id'], ttl: '1h', description: 'A creator with a summary of the assets' },
    brand: { params: ['id'], ttl: '1h', description: 'A brand with a summary of its licenses' },
    project: { params: ['id'], ttl: '30m', description: 'A project with its assets' },
    asset: { params: ['id'], ttl: '30m', description: 'The description of an asset, not the file' },
    license: { params: ['id'], ttl: '15m', description: 'A license' },
    product: { params: ['id'], ttl: '1h', description: 'A product with its stock' },
    shop: { params: ['id'], ttl: '1h', description: 'A shop with a summary of its products' },
    categories: { ttl: '24h', description: 'The sections of the catalogue' },
    configuration: { ttl: '7d', description: 'The settings of the marketplace' },
    conversations: { params: ['userId'], ttl: '3m', description: 'The list of a user’s conversations' },
    messages: { params: ['conversationId'], ttl: '3m', description: 'The latest messages of a conversation' },
    stats: { ttl: '30s', description: 'How large the marketplace is' },
  },
  lock: {
    inventory: { params: ['productId'], ttl: '30s', description: 'Held while a product’s stock changes' },
    royalties: { ttl: '5m', description: 'Held while royalties are reckoned, of whatever month' },
    exports: { ttl: '1m', description: 'Held by each of the two exports that may run at a time' },
    payout: { params: ['id'], ttl: '5m', description: 'Held while a payout is sent' },
  },
});
