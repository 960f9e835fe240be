-- Who held the lock of a product's stock when it was last written: whoever held it before and comes late is refused.
alter table inventory add column fence bigint not null default 0;
alter table inventory_movements add column fence bigint;
